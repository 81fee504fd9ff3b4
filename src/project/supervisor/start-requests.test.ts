import {expect, test} from 'vitest';
import {startRequests, turns} from './start-requests.ts';

test('a start request holds until that container, or all, must end', () => {
	const requests = startRequests();
	requests.end(['web']);
	const first = requests.asked();
	expect([first('web'), first('db')]).toEqual([true, true]);
	requests.end(['web']);
	expect([first('web'), first('db')]).toEqual([false, true]);
	const second = requests.asked();
	requests.end();
	expect([first('db'), second('web'), requests.asked()('web')]).toEqual([false, false, true]);
});

test('work runs one at a time, even after a failure', async () => {
	const inTurn = turns();
	const done: string[] = [];
	const work = (name: string) => async () => {
		done.push(`${name} begins`);
		await Promise.resolve();
		done.push(`${name} ends`);
		if (name === 'one') throw new Error('one fails');
	};
	await Promise.allSettled([inTurn(work('one')), inTurn(work('two'))]);
	expect(done).toEqual(['one begins', 'one ends', 'two begins', 'two ends']);
	await expect(inTurn(work('one'))).rejects.toThrow('one fails');
});
