import {expect, test} from 'vitest';
import {partOf} from './support/turn.ts';

test('a turn has a part of the rows, all turns together have each row once, and without a turn all are tried', () => {
	const rows = ['a', 'b', 'c', 'd', 'e'];
	expect([0, 1].map(at => partOf(rows, 2, at))).toEqual([
		['a', 'c', 'e'],
		['b', 'd'],
	]);
	expect(partOf(rows, 2, 7)).toEqual(partOf(rows, 2, 1));
	expect(partOf(['a'], 3, 2)).toEqual(['a']);
	expect(partOf(rows, 2, null)).toBe(rows);
});
