import fc from 'fast-check';
import {expect, test} from 'vitest';
import {inTimeOrder, shareOut} from './log-history.ts';

interface Line {
	readonly at: number | undefined;
	readonly from: number;
	readonly index: number;
}

test('merging sorts by time with undated lines last, and keeps the order of each history', () => {
	const history = fc.array(fc.integer({min: 0, max: 20})).map(times => times.toSorted((a, b) => a - b));
	fc.assert(
		fc.property(fc.array(fc.tuple(history, fc.nat(2)), {maxLength: 5}), all => {
			const lines = all.map(([times, undated], from) =>
				[...times, ...Array.from({length: undated}, () => undefined)].map((at, index): Line => ({at, from, index})),
			);
			const merged = [...inTimeOrder(lines.map(each => each.values()))];
			const times = merged.map(({at}) => at ?? Infinity);
			expect(times).toEqual(times.toSorted((a, b) => a - b));
			for (const [from, own] of lines.entries()) expect(merged.filter(line => line.from === from)).toEqual(own);
		}),
	);
});

test('merging does not read ahead', () => {
	let read = 0;
	function* endless(): Generator<Line> {
		for (;;) yield {at: read++, from: 0, index: 0};
	}
	const merged = inTimeOrder([endless(), [{at: 1000, from: 1, index: 0}].values()]);
	for (let taken = 0; taken < 5; taken++) merged.next();
	expect(read).toBeLessThan(8);
});

test('small files are read whole, and large ones share the rest', () => {
	expect(shareOut([10, 500, 0, 700], 210)).toEqual([10, 100, 0, 100]);
	expect(shareOut([1, 2], 100)).toEqual([1, 2]);
	expect(shareOut([], 100)).toEqual([]);
});
