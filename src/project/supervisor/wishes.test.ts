import {expect, test} from 'vitest';
import {makeWishes, turns} from './wishes.ts';

test('a start request holds until that container, or all, must end', () => {
	const wishes = makeWishes();
	wishes.end(['web']);
	const first = wishes.asked();
	expect([first('web'), first('db')]).toEqual([true, true]);
	wishes.end(['web']);
	expect([first('web'), first('db')]).toEqual([false, true]);
	const second = wishes.asked();
	wishes.end();
	expect([first('db'), second('web'), wishes.asked()('web')]).toEqual([false, false, true]);
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
