import xterm from '@xterm/headless';
import {describe, expect, test} from 'vitest';
import {painter} from './painter.ts';

/** A terminal without wrapping, as the dashboard uses it. `wrote` gives the bytes since its last call. */
function terminal(columns: number, rows: number) {
	const screen = new xterm.Terminal({cols: columns, rows, allowProposedApi: true});
	screen.write('\u001b[?1049h\u001b[?7l');
	let raw = '';
	const paint = painter(
		bytes => {
			raw += bytes;
			screen.write(bytes);
		},
		() => screen.rows,
	);
	const lines = async (): Promise<readonly string[]> => {
		await new Promise<void>(resolve => screen.write('', resolve));
		const buffer = screen.buffer.active;
		return Array.from({length: screen.rows}, (_, row) => buffer.getLine(row)?.translateToString(true) ?? '');
	};
	const wrote = (): string => {
		const bytes = raw;
		raw = '';
		return bytes;
	};
	return {screen, paint, lines, wrote};
}

/** The rows that bytes are written to, from 1. */
const rowsOf = (bytes: string): readonly number[] =>
	[...bytes.matchAll(/\u001b\[(\d+);1H/g)].map(([, row]) => Number(row));

test('a frame is drawn, and only changed rows are written', async () => {
	const {paint, lines, wrote} = terminal(10, 4);
	paint.show('one\ntwo\nthree\nfour');
	expect(await lines()).toEqual(['one', 'two', 'three', 'four']);
	wrote();
	paint.show('one\nTWO\nthree\nfour');
	expect(await lines()).toEqual(['one', 'TWO', 'three', 'four']);
	expect(rowsOf(wrote())).toEqual([2]);
});

test('the same frame again writes nothing', () => {
	const {paint, wrote} = terminal(10, 4);
	paint.show('a\nb');
	wrote();
	paint.show('a\nb');
	expect(wrote()).toBe('');
});

test('a shorter text erases the longer one, and a shorter frame erases the remaining rows', async () => {
	const {paint, lines} = terminal(10, 4);
	paint.show('long text\nb\nc\nd');
	paint.show('x\nb');
	expect(await lines()).toEqual(['x', 'b', '', '']);
});

test('a row as wide as the screen is complete, even in the last row and column', async () => {
	const {paint, lines, screen} = terminal(5, 3);
	paint.show('abcde\nfghij\nklmno');
	expect(await lines()).toEqual(['abcde', 'fghij', 'klmno']);
	paint.show('ABCDE\nFGHIJ\nKLMNO');
	expect(await lines()).toEqual(['ABCDE', 'FGHIJ', 'KLMNO']);
	expect(screen.buffer.active.baseY).toBe(0);
});

test('rows below the screen are omitted', async () => {
	const {paint, lines, wrote} = terminal(10, 2);
	paint.show('a\nb\nc\nd');
	expect(await lines()).toEqual(['a', 'b']);
	expect(rowsOf(wrote())).toEqual([1, 2]);
});

describe('when the screen contents are unknown', () => {
	test('everything is written again, and other text is erased', async () => {
		const {paint, lines, wrote, screen} = terminal(20, 4);
		paint.show('a\n\nc');
		screen.write('\u001b[2;1Ha shell was here\u001b[4;1Hand here');
		wrote();
		paint.forget();
		paint.show('a\n\nc');
		expect(await lines()).toEqual(['a', '', 'c', '']);
		expect(rowsOf(wrote())).toEqual([1, 3]);
	});

	test('the frame is complete after a resize', async () => {
		const {paint, lines, screen} = terminal(20, 4);
		paint.show('a'.repeat(20));
		screen.resize(10, 3);
		paint.forget();
		paint.show('b'.repeat(10));
		expect(await lines()).toEqual(['b'.repeat(10), '', '']);
	});
});

test('colors of a row affect neither the next row nor the rest of their own', async () => {
	const {paint, screen, lines} = terminal(10, 2);
	paint.show('\u001b[41mred\nplain');
	await lines();
	const cell = (row: number, column: number) => screen.buffer.active.getLine(row)?.getCell(column);
	expect(cell(0, 0)?.isBgDefault()).toBe(false);
	expect(cell(0, 5)?.isBgDefault()).toBe(true);
	expect(cell(1, 0)?.isBgDefault()).toBe(true);
});

test('each write is one synchronized update', () => {
	const {paint, wrote} = terminal(10, 2);
	paint.show('a\nb');
	expect(wrote()).toMatch(/^\u001b\[\?2026h[\s\S]*\u001b\[\?2026l$/);
});
