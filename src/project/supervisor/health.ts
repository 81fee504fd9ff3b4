import {messageOf} from '../../errors/is-error.ts';
import {abortAfter, pauseFor} from '../../host/timer.ts';
import type {Healthcheck} from '../../spec/model/project.ts';

/** The result of one health check. */
export interface Answer {
	readonly ok: boolean;
	/** The end of its output. */
	readonly output: string;
}

type Health = 'starting' | 'healthy' | 'unhealthy';

/**
 * Runs a container's health check at its interval until the signal aborts; Compose Specification, `healthcheck`.
 *
 * @param ask - must settle when its signal aborts
 * @param told - called at each change to `healthy` or `unhealthy`
 */
export async function watchHealth(
	check: Healthcheck,
	ask: (signal: AbortSignal) => Promise<Answer>,
	told: (health: 'healthy' | 'unhealthy', answer: Answer) => void,
	signal: AbortSignal,
	now: () => number = Date.now,
): Promise<void> {
	const begun = now();
	let failures = 0;
	let health = 'starting' as Health;
	const starting = (): boolean => health === 'starting' && now() - begun < check.startPeriodMs;
	while (!signal.aborted) {
		const pause = starting() ? Math.min(check.startIntervalMs, check.intervalMs) : check.intervalMs;
		await pauseFor(pause, signal);
		if (signal.aborted) return;
		const early = starting();
		const answer = await answerWithin(check.timeoutMs, ask, signal);
		if (signal.aborted) return;
		if (answer.ok) failures = 0;
		else if (!early) failures += 1;
		const next: Health = answer.ok ? 'healthy' : failures >= check.retries ? 'unhealthy' : health;
		if (next !== health && next !== 'starting') told(next, answer);
		health = next;
	}
}

async function answerWithin(
	timeoutMs: number,
	ask: (signal: AbortSignal) => Promise<Answer>,
	signal: AbortSignal,
): Promise<Answer> {
	const timeout = abortAfter(timeoutMs);
	try {
		const answer = await ask(AbortSignal.any([timeout, signal]));
		return timeout.aborted ? {ok: false, output: `no answer within ${timeoutMs} ms`} : answer;
	} catch (error) {
		return {ok: false, output: messageOf(error)};
	}
}
