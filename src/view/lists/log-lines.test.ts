import {expect, test} from 'vitest';
import {logWriter} from './log-lines.ts';

function shown(text: string, colour: boolean): string {
	const write = logWriter({prefix: false, timestamps: false, colour, escape: true, names: new Map()});
	return write({service: 'web', stream: 'stdout', at: undefined, bytes: Buffer.from(text)}).toString();
}

test('tabs and colors pass to a terminal, and colors end with their line', () => {
	expect(shown('a\tb\r\n', true)).toBe('a\tb\n');
	expect(shown('\x1b[1;31mred\x1b[0m and \x1b[38;5;4mblue\n', true)).toBe(
		'\x1b[1;31mred\x1b[0m and \x1b[38;5;4mblue\x1b[0m\n',
	);
	expect(shown('\x1b[1;31mred\x1b[0m', false)).toBe('red');
});

test('sequences that move the cursor, set a title or reorder text are escaped', () => {
	for (const colour of [true, false])
		expect(shown('\x1b[2Ja\x1b[3A\x1b]0;title\x07\x9b31m\u202e\x1b[31\n', colour)).toBe(
			'\\x1b[2Ja\\x1b[3A\\x1b]0;title\\x07\\x9b31m\\u{202e}\\x1b[31\n',
		);
});

test('of a line overwritten with carriage returns the last part is shown', () => {
	expect(shown('10 %\r50 %\r100 %\n', true)).toBe('100 %\n');
	expect(shown('done\r\r\n', true)).toBe('done\n');
	expect(shown('\r\n', true)).toBe('\n');
});
