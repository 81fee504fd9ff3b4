import {expect, test} from 'vitest';
import {shellWord} from './shell-words.ts';

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
