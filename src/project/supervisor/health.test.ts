import {expect, test} from 'vitest';
import {watchHealth} from './health.ts';

const check = {test: ['x'], intervalMs: 1, timeoutMs: 1000, startPeriodMs: 0, startIntervalMs: 1, retries: 3};

/** The health changes that are reported for a sequence of check results. */
async function toldOf(answers: readonly boolean[], changes: Partial<typeof check> = {}, now?: () => number) {
	const told: string[] = [];
	const over = new AbortController();
	let at = 0;
	await watchHealth(
		{...check, ...changes},
		async signal => {
			const ok = answers[at] ?? false;
			at += 1;
			if (at >= answers.length) setTimeout(() => over.abort(), 5);
			if (at > answers.length) await new Promise(resolve => signal.addEventListener('abort', resolve, {once: true}));
			return {ok, output: `answer ${at}`};
		},
		(health, {output}) => told.push(`${health}: ${output}`),
		AbortSignal.any([over.signal, AbortSignal.timeout(2000)]),
		now,
	).catch(() => {});
	return told;
}

test('one success is healthy; only consecutive failures are unhealthy', async () => {
	expect(await toldOf([true, false, false, true, false, false, false, true])).toEqual([
		'healthy: answer 1',
		'unhealthy: answer 7',
		'healthy: answer 8',
	]);
});

test('failures in the start period do not count; a success ends the start period', async () => {
	const begun = Date.now();
	const early = () => Math.min(Date.now(), begun + 1);
	expect(await toldOf([false, false, false, false, false], {startPeriodMs: 60_000}, early)).toEqual([]);
	expect(await toldOf([false, false, true, false, false, false], {startPeriodMs: 60_000}, early)).toEqual([
		'healthy: answer 3',
		'unhealthy: answer 6',
	]);
});

test('a check that throws or times out has failed', async () => {
	const told: string[] = [];
	const over = new AbortController();
	let asked = 0;
	await watchHealth(
		{...check, retries: 2, timeoutMs: 20},
		signal => {
			asked += 1;
			if (asked === 1) throw new Error('no such program');
			return new Promise(resolve =>
				signal.addEventListener('abort', () => resolve({ok: true, output: 'late'}), {once: true}),
			);
		},
		(health, {output}) => {
			told.push(`${health}: ${output}`);
			over.abort();
		},
		over.signal,
	);
	expect(told).toEqual(['unhealthy: no answer within 20 ms']);
});
