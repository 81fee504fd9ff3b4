import {expect, test} from 'vitest';
import {escapeLines, escapeText} from './escape.ts';

test('an escape sequence in a name is escaped', () => {
	expect(escapeText('a\u001b[2Jb\u009b31m\u0007')).toBe('a\\x1b[2Jb\\x9b31m\\x07');
});

test('characters that reorder or hide text are escaped', () => {
	expect(escapeText('txt.\u202egpj\u200b')).toBe('txt.\\u{202e}gpj\\u{200b}');
});

test('a line break is escaped in a name and kept in the output of a tool', () => {
	expect(escapeText('a\nb\tc')).toBe('a\\nb\\tc');
	expect(escapeLines('a\nb\tc\rd')).toBe('a\nb\tc\\x0dd');
});

test('letters of every script stay as they are', () => {
	expect(escapeText('naïve 容器 контейнер 🐢')).toBe('naïve 容器 контейнер 🐢');
});
