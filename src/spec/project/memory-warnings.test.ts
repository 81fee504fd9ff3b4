import {expect, test} from 'vitest';
import {memoryWarnings} from './memory-warnings.ts';

const gib = 2 ** 30;

test('only a limit above the memory of the machine causes a warning', () => {
	expect(memoryWarnings({memLimit: 900 * gib}, 8 * gib)).toEqual([
		'`mem_limit` is 900 GiB, and the machine has 8 GiB: it holds nothing back',
	]);
	expect(memoryWarnings({memLimit: 8 * gib}, 8 * gib)).toEqual([]);
	expect(memoryWarnings({memLimit: 8 * gib}, undefined)).toEqual([]);
	expect(memoryWarnings({}, gib)).toEqual([]);
});
