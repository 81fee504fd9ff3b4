import {expect, test} from 'vitest';
import {makeWishes, turns} from './wishes.ts';

test('a start holds until somebody wants that container to end, or all', () => {
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

test('turns come one after the other, also after one that failed', async () => {
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
