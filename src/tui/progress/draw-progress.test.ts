import {PassThrough} from 'node:stream';
import xterm from '@xterm/headless';
import {expect, test, vi} from 'vitest';
import type {RunEvent} from '../../execute/event.ts';
import {glyphs} from '../../view/text/glyphs.ts';
import {failedRun, sampleRun} from '../../../test/support/sample-run.ts';
import {theme} from '../../view/text/theme.ts';
import {drawProgress, frameOf} from './draw-progress.ts';
import {noProgress, reduceProgress} from './progress-state.ts';

/** A terminal that records its screen. `raw` is every byte that it received. */
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

test('a start is drawn below the existing text, and is gone after closing', async () => {
	const {stream, lines} = terminal(80, 24);
	stream.write('$ tsbox up\n');
	const drawing = drawProgress(stream, glyphs({LANG: 'C.UTF-8'}), theme(true));
	drawing.update(midway);
	await vi.waitFor(async () => expect((await lines()).join('\n')).toContain('35 %'));
	expect((await lines())[0]).toBe('$ tsbox up');
	drawing.close();
	stream.write('demo is running\n');
	expect(await lines()).toEqual(['$ tsbox up', 'demo is running']);
});

test('a low terminal keeps its scrollback, even if it shrinks during a frame', async () => {
	const {stream, lines, raw} = terminal(80, 8);
	const drawing = drawProgress(stream, glyphs({}), theme(true));
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

test('a view without updates writes nothing', () => {
	const {stream, raw} = terminal(80, 24);
	drawProgress(stream, glyphs({}), theme(true)).close();
	expect(raw()).toBe('');
});

function draw(
	events: readonly RunEvent[],
	columns: number,
	rows = 24,
	env: Record<string, string> = {LANG: 'C.UTF-8'},
): string {
	const state = events.reduce(reduceProgress, noProgress);
	const frame = {rows, now: 2100, tick: 1, glyphs: glyphs(env)};
	return frameOf(state, frame, columns)
		.map(({text, aside}) => text + aside)
		.join('\n');
}

test('before the plan exists, the archive that is read is shown without a number of steps', () => {
	expect(draw([], 60)).toBe('planning the start');
	const reading = {type: 'image.reading', at: 5, archive: '/srv/deb.tar', done: 83886080, total: 209715200} as const;
	expect(draw([reading], 60)).toBe('reading deb.tar\n  ██████████░░░░░░░░░░░░░░ 40 %, 80 MiB of 200 MiB');
	expect(draw([reading, ...sampleRun.slice(0, 4)], 60)).toContain('starting demo: 0 of 3 steps');
});

test('a command of several lines is drawn as lines', () => {
	const [plan, ...rest] = sampleRun;
	if (plan?.type !== 'plan.started') throw new Error('no plan');
	const long = {...plan, steps: plan.steps.map(step => ({...step, command: 'a\nb\nc\nd\ne\n'}))};
	expect(draw([long, ...rest.slice(0, 2)], 60)).toContain('\n    a\n    b\n    c\n    and 2 lines more\n');
});

test('an unpack shows its bar, bytes, files, and rate at 60 columns', () => {
	expect(draw(sampleRun.slice(0, 4), 60)).toMatchInlineSnapshot(`
		"starting demo: 0 of 3 steps                            1.1 s
		  image
		  ⠙ unpack rootfs.tar.gz into the store                1.1 s
		    tar -xzf /srv/rootfs.tar.gz -C /var/lib/tsbox/images/1f
		    ████████░░░░░░░░░░░░░░░░ 35 %, 35 MiB of 100 MiB, 1200 …
		· cgroup     1 step
		· mounts     1 step"
	`);
});

test('a finished phase is one line, and the running phase has its steps and the command, at 100 columns', () => {
	expect(draw(sampleRun.slice(0, 9), 100)).toMatchInlineSnapshot(`
		"starting demo: 1 of 3 steps                                                                    1.1 s
		✔ image      1 step                                                                              1 s
		  cgroup
		  ⠙ limit memory to 100 MiB                                                                    89 ms
		    echo 104857600 > /sys/fs/cgroup/tsbox/demo/memory.max
		· mounts     1 step
		! no swap accounting on this kernel"
	`);
});

test('a failed step is expanded with its command and the output of its tool', () => {
	expect(draw(failedRun.slice(0, -1), 60)).toMatchInlineSnapshot(`
		"rolling back demo: 1 of 3 steps                        1.1 s
		✔ image      1 step                                      1 s
		↩ cgroup     undone
		  mounts
		  ✘ mount the container's file tree        failed after 8 ms
		    mount -a -T after.fstab
		    mount: /proc: permission denied.
		    mount ended with status 32
		! no swap accounting on this kernel"
	`);
});

test('without a UTF-8 locale every sign is ASCII', () => {
	for (const columns of [20, 60, 100]) expect(draw(failedRun, columns, 24, {LANG: 'C'})).toMatch(/^[\n\x20-\x7e]*$/);
});

test.each([2, 3, 4, 5, 6, 7, 24])('at %d rows, the frame leaves one row free', rows => {
	expect(draw(failedRun, 60, rows).split('\n').length).toBeLessThanOrEqual(rows - 1);
});

test.each([5, 6, 7, 24])('at %d rows, the running step is visible', rows => {
	expect(draw(sampleRun.slice(0, 9), 60, rows)).toContain('limit memory to 100 MiB');
});

test('no line is wider than the terminal', () => {
	for (const line of draw(failedRun, 30).split('\n')) expect(Array.from(line).length).toBeLessThanOrEqual(30);
});
