import stringWidth from 'string-width';
import {expect, test} from 'vitest';
import {table} from './table.ts';

test('columns align by terminal width: wide characters take two columns, combining marks none', () => {
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

const rows = [
	['NAME', 'STATE', 'COMMAND', 'SPEC'],
	['shop-web-and-more', 'running', 'sh -c "sleep 1000"', '/srv/shop.yaml'],
	['db', 'exited', '容器容器容器容器容器', '/srv/db.yaml'],
];

test('a narrow terminal drops the last columns and cuts the widest', () => {
	expect([50, 40, 26, 16].map(columns => table(rows, stringWidth, {columns})).join('\n')).toMatchInlineSnapshot(`
		"NAME               STATE    COMMAND
		shop-web-and-more  running  sh -c "sleep 1000"
		db                 exited   容器容器容器容器容器

		NAME               STATE    COMMAND
		shop-web-and-more  running  sh -c "sl...
		db                 exited   容器容器...

		NAME               STATE
		shop-web-and-more  running
		db                 exited

		NAME
		shop-web-and-...
		db
		"
	`);
	for (let columns = 12; columns < 80; columns++)
		for (const line of table(rows, stringWidth, {columns}).split('\n'))
			expect(stringWidth(line)).toBeLessThanOrEqual(columns);
});

test('columns are dropped in the given order', () => {
	expect(table(rows, stringWidth, {columns: 40, order: [2, 1, 3]})).toMatchInlineSnapshot(`
		"NAME               STATE    SPEC
		shop-web-and-more  running  /srv/shop...
		db                 exited   /srv/db.yaml
		"
	`);
});

test('piped tables are not cut', () => {
	expect(table(rows, stringWidth, {columns: undefined})).toBe(table(rows, stringWidth));
});
