import fc from 'fast-check';
import {expect, test} from 'vitest';
import {splitShellWords} from './shell-words.ts';

test.each([
	['', []],
	['  sh  -c\tx ', ['sh', '-c', 'x']],
	[`sh -c 'echo "a b"'`, ['sh', '-c', 'echo "a b"']],
	[`a"b c"d'e f'`, ['ab cde f']],
	[`'' ""`, ['', '']],
	['a\\ b \\"', ['a b', '"']],
	['"a\\"b \\x \\$ \\\\"', ['a"b \\x $ \\']],
	[`'a\\b'`, ['a\\b']],
	['a\\\nb', ['ab']],
	['echo $HOME * | #', ['echo', '$HOME', '*', '|', '#']],
])('%j becomes %j', (line, words) => {
	expect(splitShellWords(line)).toEqual({ok: true, value: words});
});

test.each([`'a`, '"a', 'a\\', '"a\\"'])('%j is not closed', line => {
	expect(splitShellWords(line).ok).toBe(false);
});

test('quoted words come back unchanged', () => {
	const quote = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`;
	fc.assert(
		fc.property(fc.array(fc.string({unit: 'binary'})), words => {
			expect(splitShellWords(words.map(quote).join(' '))).toEqual({ok: true, value: words});
		}),
	);
});

test('any string is split or refused', () => {
	fc.assert(
		fc.property(fc.string(), line => {
			expect(splitShellWords(line)).toHaveProperty('ok');
		}),
	);
});
