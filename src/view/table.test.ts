import stringWidth from 'string-width';
import {expect, test} from 'vitest';
import {table} from './table.ts';

test('columns line up by what a terminal shows: wide letters take two places, combining marks none', () => {
	const rows = [
		['NAME', 'PID'],
		['容器', '1'],
		['cafe\u0301', '2'],
		['👩‍👩‍👧', '3'],
	];
	expect(table(rows, stringWidth)).toMatchInlineSnapshot(`
		"NAME  PID
		容器  1
		café  2
		👩‍👩‍👧    3
		"
	`);
});

test('a styled cell is as wide as its text', () => {
	const bold = (text: string) => `\u001b[1m${text}\u001b[22m`;
	const rows = [
		[{text: 'ab', style: bold}, 'x'],
		['abcd', 'y'],
	];
	expect(table(rows, stringWidth)).toBe('\u001b[1mab\u001b[22m    x\nabcd  y\n');
});

test('an empty last cell leaves no blanks at the end of the line', () => {
	const rows = [
		['a', ''],
		['bb', 'c'],
	];
	expect(table(rows, stringWidth)).toBe('a\nbb  c\n');
});
