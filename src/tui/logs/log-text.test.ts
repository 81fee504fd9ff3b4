import fc from 'fast-check';
import stringWidth from 'string-width';
import {expect, test} from 'vitest';
import {cutRange, markedSpans, shownText, wrapRanges} from './log-text.ts';

test('colors are removed, and other control characters are escaped', () => {
	expect(shownText('\u001b[1;31mred\u001b[0m and \u001b[38:5:1mmore\u001b[m', stringWidth)).toBe('red and more');
	expect(shownText('\u001b[2J\u001b]0;title\u0007\u009b31m', stringWidth)).toBe('\\x1b[2J\\x1b]0;title\\x07\\x9b31m');
	expect(shownText('a\rb\r\n', stringWidth)).toBe('a\\x0db');
	expect(shownText('{"a": "\u202e"}\n', stringWidth)).toBe('{"a": "\\u{202e}"}');
});

test('a tab advances to the next multiple of eight visible columns', () => {
	expect(shownText('a\tb\t\tc', stringWidth)).toBe('a       b               c');
	expect(shownText('日本\tb', stringWidth)).toBe('日本    b');
	expect(shownText('\u001b[31ma\u001b[0m\tb', stringWidth)).toBe('a       b');
	expect(shownText('\u0001\tb', stringWidth)).toBe('\\x01    b');
});

test('a very long line is cut', () => {
	const text = shownText('x'.repeat(1_000_000), stringWidth);
	expect(text).toHaveLength(32_768 + ' [967232 characters more]'.length);
	expect(text.endsWith('x [967232 characters more]')).toBe(true);
});

test('the rows of a text contain all of it, and none is too wide', () => {
	fc.assert(
		fc.property(fc.string({unit: 'grapheme', maxLength: 60}), fc.integer({min: 2, max: 20}), (text, columns) => {
			const ranges = wrapRanges(text, columns, stringWidth);
			expect(ranges.map(([start, end]) => text.slice(start, end)).join('')).toBe(text);
			for (const [start, end] of ranges) expect(stringWidth(text.slice(start, end))).toBeLessThanOrEqual(columns);
			expect(ranges.length).toBeGreaterThan(0);
		}),
	);
});

test('no control character of a container is shown', () => {
	fc.assert(
		fc.property(fc.string({unit: 'binary'}), text => {
			expect(shownText(text, stringWidth)).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
		}),
	);
});

test('a range of a line is cut by columns', () => {
	const cut = (text: string, offset: number, columns: number): string =>
		text.slice(...cutRange(text, offset, columns, stringWidth));
	expect(cut('0123456789', 3, 4)).toBe('3456');
	expect(cut('0123456789', 30, 4)).toBe('');
	expect(cut('日本語', 2, 4)).toBe('本語');
});

test('matches are highlighted, even across the end of a row', () => {
	const found = [
		[1, 3],
		[5, 8],
	] as const;
	expect(markedSpans('abcdefghij', [2, 6], found, 'plain')).toEqual([
		{text: 'c', tone: 'match'},
		{text: 'de', tone: 'plain'},
		{text: 'f', tone: 'match'},
	]);
});
