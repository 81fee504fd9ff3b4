import {PassThrough} from 'node:stream';
import xterm from '@xterm/headless';
import {expect, test, vi} from 'vitest';
import {glyphs} from '../view/glyphs.ts';
import {sampleRun} from '../view/sample-run.ts';
import {drawProgress} from './draw-progress.tsx';
import {noProgress, reduceProgress} from './progress-state.ts';

/** A terminal that keeps what is on it; `raw` is every byte it got. */
function terminal(columns: number, rows: number) {
	const screen = new xterm.Terminal({cols: columns, rows, allowProposedApi: true, convertEol: true});
	const stream = new PassThrough();
	let raw = '';
	stream.on('data', (chunk: Buffer) => {
		raw += chunk.toString();
		screen.write(chunk);
	});
	const lines = async () => {
		await new Promise<void>(resolve => screen.write('', resolve));
		const buffer = screen.buffer.active;
		const all = Array.from({length: buffer.length}, (_, row) => buffer.getLine(row)?.translateToString(true) ?? '');
		return all.join('\n').trimEnd().split('\n');
	};
	return {
		stream: Object.assign(stream, {columns, rows, isTTY: true}) as unknown as NodeJS.WriteStream,
		lines,
		raw: () => raw,
	};
}

const midway = sampleRun.slice(0, 4).reduce(reduceProgress, noProgress);

test('a start is drawn below what was on the screen, and is gone after closing; the cursor is shown again', async () => {
	const {stream, lines, raw} = terminal(80, 24);
	stream.write('$ tsbox up\n');
	const drawing = drawProgress(stream, glyphs({LANG: 'C.UTF-8'}));
	drawing.update(midway);
	await vi.waitFor(async () => expect((await lines()).join('\n')).toContain('35 %'));
	expect((await lines())[0]).toBe('$ tsbox up');
	drawing.close();
	stream.write('demo is running\n');
	expect(await lines()).toEqual(['$ tsbox up', 'demo is running']);
	expect(raw().lastIndexOf('\u001b[?25h')).toBeGreaterThan(raw().lastIndexOf('\u001b[?25l'));
});

test('a terminal of few lines keeps its scrollback, also when it shrinks while a frame is on it', async () => {
	const {stream, lines, raw} = terminal(80, 8);
	const drawing = drawProgress(stream, glyphs({}));
	drawing.update(midway);
	await vi.waitFor(async () => expect((await lines()).join('\n')).toContain('35 %'));
	Object.assign(stream, {rows: 4});
	stream.emit('resize');
	drawing.update(reduceProgress(midway, {type: 'step.done', at: 3000, id: 'image.unpack', ms: 2000}));
	await vi.waitFor(async () => expect((await lines()).join('\n')).toContain('1 of 3'));
	drawing.close();
	// ESC[3J clears the scrollback, ESC[2J the screen.
	expect(raw()).not.toMatch(/\u001b\[[23]J/);
});

test('a view that was never updated leaves no byte', () => {
	const {stream, raw} = terminal(80, 24);
	drawProgress(stream, glyphs({})).close();
	expect(raw()).toBe('');
});
