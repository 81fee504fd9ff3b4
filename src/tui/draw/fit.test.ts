import stringWidth from 'string-width';
import {expect, test} from 'vitest';
import {glyphs} from '../../view/text/glyphs.ts';
import {fitLine, fitText, lineWidth, takeColumns} from './fit.ts';
import {line, span} from './line.ts';

const look = {width: stringWidth, glyphs: glyphs({LANG: 'C.UTF-8'})};
const ascii = {width: stringWidth, glyphs: glyphs({LANG: 'C'})};

test('a short text is padded at the right or the left', () => {
	expect(fitText('abc', 5, look)).toBe('abc  ');
	expect(fitText('abc', 5, look, 'right')).toBe('  abc');
	expect(fitText('abc', 3, look)).toBe('abc');
});

test('a long text is cut with a mark, which is ASCII if the terminal supports nothing else', () => {
	expect(fitText('abcdef', 4, look)).toBe('abc…');
	expect(fitText('abcdef', 4, ascii)).toBe('abc~');
	expect(fitText('abcdef', 1, look)).toBe('…');
	expect(fitText('abcdef', 0, look)).toBe('');
	expect(fitText('', -1, look)).toBe('');
});

test('a wide character that does not fit is replaced with a space', () => {
	expect(fitText('日本語', 6, look)).toBe('日本語');
	expect(fitText('日本語', 5, look)).toBe('日本…');
	expect(fitText('日本語', 4, look)).toBe('日… ');
	expect(fitText('日本語', 7, look, 'right')).toBe(' 日本語');
});

test('a character and its combining marks stay together', () => {
	const accented = 'e\u0301';
	expect(takeColumns(`${accented}bc`, 1, stringWidth)).toBe(accented);
	expect(fitText(`${accented}bcd`, 3, look)).toBe(`${accented}b…`);
	expect(takeColumns('👩‍👩‍👧x', 2, stringWidth)).toBe('👩‍👩‍👧');
	expect(takeColumns('👩‍👩‍👧x', 1, stringWidth)).toBe('');
	expect(takeColumns('abc', -1, stringWidth)).toBe('');
});

test('a line is cut within the span that does not fit, which keeps its tone', () => {
	const spans = [span('abc', 'ok'), span('defg', 'failed')];
	expect(fitLine(spans, 7, look)).toEqual(spans);
	expect(fitLine(spans, 6, look)).toEqual([span('abc', 'ok'), span('de…', 'failed')]);
	expect(fitLine(spans, 4, look)).toEqual([span('abc', 'ok'), span('…', 'failed')]);
});

test('a cut between two spans has its mark in the first one', () => {
	expect(fitLine([span('abc', 'ok'), span('d')], 3, look)).toEqual([span('ab…', 'ok')]);
	expect(fitLine([span('日本', 'ok'), span('d')], 4, look)).toEqual([span('日… ', 'ok')]);
});

test('spans without a width need no mark', () => {
	const spans = [span('abc'), span(''), span('\u0301')];
	expect(fitLine(spans, 3, look)).toEqual(spans);
});

test('a line is padded with spaces, which have the tone of the cursor after a selected span', () => {
	expect(fitLine(line('abc', 'failed'), 5, look)).toEqual([span('abc', 'failed'), span('  ')]);
	expect(fitLine(line('abc', 'cursor'), 5, look)).toEqual([span('abc', 'cursor'), span('  ', 'cursor')]);
	expect(fitLine([], 2, look)).toEqual([span('  ')]);
});

test('a fitted line has exactly the given width', () => {
	const spans = [span('ab日'), span('本e\u0301', 'ok'), span('語👩‍👩‍👧', 'match'), span('z')];
	for (let columns = 0; columns <= 16; columns++)
		expect(lineWidth(fitLine(spans, columns, look), stringWidth)).toBe(columns);
});
