import {expect, test} from 'vitest';
import {shellPane} from './shell-pane.ts';

async function pane(text: string, columns = 20, rows = 4) {
	const replies: string[] = [];
	const made = shellPane(columns, rows, reply => replies.push(reply));
	const write = (more: string) => new Promise<void>(resolve => made.write(Buffer.from(more), resolve));
	await write(text);
	return {...made, write, replies};
}

test('rows have the text with its colors, and nothing after it', async () => {
	const {lines} = await pane(
		'plain \u001b[1;31mred\u001b[0m  \r\n\u001b[38;5;200;7mx\u001b[0m\r\n\u001b[48;2;1;2;3m \u001b[0m',
	);
	expect(lines(true)).toEqual(['plain \u001b[0;1;31mred', '\u001b[0;7;38;5;200mx', '\u001b[0;48;2;1;2;3m ', '']);
	expect(lines(false)).toEqual(['plain \u001b[0;1mred', '\u001b[0;7mx', '', '']);
});

test('wide characters take two columns and are there once', async () => {
	const {lines, cursor} = await pane('漢字 é');
	expect(lines(true)[0]).toBe('漢字 é');
	expect(cursor()).toEqual({column: 6, row: 0});
});

test('older output is shown on demand, without a cursor, until newer output is asked for', async () => {
	const {lines, scroll, below, cursor, follow} = await pane('1\r\n2\r\n3\r\n4\r\n5\r\n6');
	expect([lines(true), below()]).toEqual([['3', '4', '5', '6'], 0]);
	scroll(-2);
	expect([lines(true), below(), cursor()]).toEqual([['1', '2', '3', '4'], 2, undefined]);
	follow();
	expect([lines(true)[0], below()]).toEqual(['3', 0]);
});

test('a program with a whole screen, hidden cursor and mouse says so', async () => {
	const {modes, cursor, write} = await pane('\u001b[?1049h\u001b[?25l\u001b[?1h\u001b[?1000h\u001b[?2004h');
	expect([modes(), cursor()]).toEqual([
		{alternate: true, applicationCursor: true, bracketedPaste: true, mouse: true},
		undefined,
	]);
	await write('\u001b[?25h\u001b[?1049l');
	expect([modes().alternate, cursor()]).toEqual([false, {column: 0, row: 0}]);
});

test('questions of programs are answered', async () => {
	expect((await pane('ab\u001b[6n')).replies).toEqual(['\u001b[1;3R']);
});
