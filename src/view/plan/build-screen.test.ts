import {expect, test} from 'vitest';
import type {BuildEvent} from '../../build/execute/build-event.ts';
import type {BuildRow} from '../../build/plan/build-plan.ts';
import {glyphs} from '../text/glyphs.ts';
import {theme} from '../text/theme.ts';
import {buildScreen, endedLine, failedRow, noBuildScreen, outputTail, screenLines} from './build-screen.ts';

const row = (command: string): BuildRow => ({
	stage: 0,
	instruction: command,
	line: 1,
	place: 'Dockerfile:1',
	isTrigger: false,
	command,
	cacheKey: '',
	kind: 'run',
	run: {argv: [], env: {}, workingDir: '/', mounts: [], network: 'default'},
});
const look = {columns: 40, rows: 5, theme: theme(false), glyphs: glyphs({}), now: 3000};

/** The state after events that came at these times, and the lines that ended with the last one. */
function after(...events: readonly (readonly [number, BuildEvent])[]) {
	const screen = events.reduce((state, [now, event]) => buildScreen(state, event, now), noBuildScreen);
	return {screen, ended: screen.ended.map(line => endedLine(line, look))};
}

test('the row that runs has its time and the end of its output; the rest of the terminal stays free', () => {
	const run = row('RUN make');
	const text = Array.from({length: 20}, (_, i) => `line ${i}\n`).join('');
	const {screen} = after([1000, {type: 'row.started', row: run}], [2000, {type: 'row.output', row: run, text}]);
	expect(screenLines(screen, look)).toEqual([
		'- [0/0] RUN make  2 s',
		'  line 16',
		'  line 17',
		'  line 18',
		'  line 19',
	]);
});

test('a row that has ended keeps its result on a narrow terminal', () => {
	const run = row(`RUN ${'x'.repeat(100)}`);
	const done = {type: 'row.done', row: run, isCached: false, bytes: 2048, ms: 1500} as const;
	const {screen, ended} = after([0, {type: 'row.started', row: run}], [1500, done]);
	expect(screenLines(screen, look)).toEqual([]);
	expect(ended[0]).toMatch(/^\+ \[0\/0\] RUN x+\.\.\. {2}done in 1\.5 s, 2 KiB$/);
	expect(ended[0]?.length).toBe(40);
});

test('bytes of an image are a bar', () => {
	const run = row('FROM alpine');
	const {screen} = after(
		[3000, {type: 'row.started', row: run}],
		[3000, {type: 'row.progress', row: run, done: 512, total: 1024}],
	);
	expect(screenLines(screen, {...look, columns: 60})[1]).toBe('  ############------------  512 B of 1 KiB');
});

test('output cannot move the cursor, and a line that is drawn again is shown once', () => {
	expect(outputTail('10%\r50%\r100%\n\u001b[2Jx\ty\n', 9)).toEqual(['100%', '\\x1b[2Jx    y']);
	expect(outputTail('a\nb', 1)).toEqual(['b']);
	expect(outputTail('a\n', 0)).toEqual([]);
});

test('a row that failed is told as that', () => {
	const {screen} = after([0, {type: 'row.started', row: row('RUN false')}]);
	expect(failedRow(screen).map(line => endedLine(line, look))).toEqual(['x [0/0] RUN false']);
});
