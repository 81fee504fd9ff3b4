import {expect, test} from 'vitest';
import {type LineCutter, lineCutter} from './line-cutter.ts';

const cut = (cutter: LineCutter, bytes: Buffer | string) => Array.from(cutter.cut(Buffer.from(bytes)), String);
const cutAll = (longest: number, ...parts: readonly string[]) => {
	const cutter = lineCutter(longest);
	return [...parts.map(part => cut(cutter, part)), cutter.rest()?.toString()];
};

test('lines are cut at their ends, however the bytes are split', () => {
	expect(cutAll(100, 'a\nb', 'c\r\n', '\n', 'open')).toEqual([['a'], ['bc'], [''], [], 'open']);
	expect(cutAll(100, 'a\n')).toEqual([['a'], undefined]);
});

test('a character that is split over two reads stays whole', () => {
	const cutter = lineCutter(100);
	const bytes = Buffer.from('ä€\n');
	expect([cut(cutter, bytes.subarray(0, 3)), cutter.isOpen(), cut(cutter, bytes.subarray(3))]).toEqual([
		[],
		true,
		['ä€'],
	]);
});

test('lines that are too long are cut between characters, with or without an end', () => {
	expect(cutAll(4, 'abcdefghij')).toEqual([['abcd', 'efgh'], 'ij']);
	expect(cutAll(4, 'abc€defgh\nx')).toEqual([['abc', '€d', 'efgh'], 'x']);
	expect(cutAll(4, 'abcd\nabcde\n')).toEqual([['abcd', 'abcd', 'e'], undefined]);
});

test('after a tear the input is skipped up to the next line', () => {
	const cutter = lineCutter(4);
	cut(cutter, 'begun');
	cutter.tear();
	expect(cut(cutter, 'rest of a long one')).toEqual([]);
	expect([cutter.isOpen(), cutter.rest()]).toEqual([false, undefined]);
	expect(cut(cutter, 'end\nnew\nan')).toEqual(['new']);
	expect(String(cutter.rest())).toBe('an');
});
