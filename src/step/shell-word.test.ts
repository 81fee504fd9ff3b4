import {execFileSync} from 'node:child_process';
import fc from 'fast-check';
import {expect, test} from 'vitest';
import {shellCommand, shellWord} from './shell-word.ts';

const word = fc.string({unit: 'binary', maxLength: 40}).map(text => text.replaceAll('\0', ''));

test('a shell gives back any words as they were', () => {
	fc.assert(
		fc.property(fc.array(word, {minLength: 1, maxLength: 30}), words => {
			const shown = execFileSync('sh', ['-c', `printf '%s\\0' ${shellCommand(words)}`], {encoding: 'utf8'});
			expect(shown.split('\0').slice(0, -1)).toEqual(words);
		}),
		{numRuns: 60},
	);
});

test.each([
	['/etc/passwd', '/etc/passwd'],
	['a=b,c:d@e%f+g-h_i.j', 'a=b,c:d@e%f+g-h_i.j'],
	['', "''"],
	['a b', "'a b'"],
	["it's", "'it'\\''s'"],
	['~', "'~'"],
	['$HOME', "'$HOME'"],
])('%s is written as %s', (text, written) => {
	expect(shellWord(text)).toBe(written);
});
