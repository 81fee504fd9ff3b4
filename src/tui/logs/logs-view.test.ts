import fc from 'fast-check';
import stringWidth from 'string-width';
import {expect, test} from 'vitest';
import type {FeedLine} from '../../project/logs/line-ring.ts';
import {type LogSource, type LogState, openLog} from './log-state.ts';
import {scrollBy, setFilter, setSearch, toggleWrap} from './log-moves.ts';
import {logFrame} from './logs-view.ts';
import {lineWidth} from '../draw/fit.ts';
import {plainText, sampleFrame, textsIn} from '../../../test/support/sample-frame.ts';
import {sampleLog} from '../../../test/support/sample-log.ts';

const start = openLog(['web']);
const hundredThousand = Array.from(
	{length: 100_000},
	(_, index) => `line ${index}${index % 1000 === 7 ? ' Error' : ''}`,
);

function draw(state: LogState, source: LogSource, columns = 80, rows = 5, locale?: string): string {
	const {lines, status} = logFrame(state, source, sampleFrame(columns, rows, locale));
	return `${plainText(lines)}\n[${status}]`;
}

test('a log starts at its end and follows new lines', () => {
	const log = sampleLog(['one', 'two', 'three', 'four']);
	expect(draw(start, log, 80, 2)).toMatchInlineSnapshot(`
		"   three
		   four
		[following, lines 3-4 of 4]"
	`);
	log.add('five');
	expect(draw(start, log, 80, 2)).toMatchInlineSnapshot(`
		"   four
		   five
		[following, lines 4-5 of 5]"
	`);
	expect(draw(start, sampleLog([]))).toBe('\n[following, no line]');
});

test('lines of several services have names, a sign for standard error, and times on request', () => {
	const services = ['web', 'database', 'a-service-with-a-long-name'];
	const log = sampleLog(['GET /\t200', 'ready', 'slow', 'no time'], seq => ({
		service: services[seq % 3] ?? '',
		stream: seq === 2 ? 'stderr' : 'stdout',
		...(seq === 3 ? {at: undefined} : {}),
	}));
	expect(draw({...openLog(services), timestamps: true}, log)).toMatchInlineSnapshot(`
		" web                  | 11:59:56.000   GET /   200
		 database             | 11:59:57.000   ready
		 a-service-with-a-lo… | 11:59:58.000 E slow
		 web                  | -              no time
		[following, lines 1-4 of 4, E: standard error]"
	`);
	expect(draw({...openLog(services), timestamps: true}, log, 120, 24, 'C')).toMatchInlineSnapshot(`
		" web                  | 11:59:56.000   GET /   200
		 database             | 11:59:57.000   ready
		 a-service-with-a-lo~ | 11:59:58.000 E slow
		 web                  | -              no time
		[following, lines 1-4 of 4, E: standard error]"
	`);
	const {lines} = logFrame(openLog(services), log, sampleFrame());
	expect(textsIn(lines, 'warning')).toEqual(['E ']);
	expect(textsIn(lines, 'accent')).toEqual(['web                  | ', 'web                  | ']);
});

test('skipped output is shown in its place', () => {
	const lines: readonly FeedLine[] = [
		{kind: 'line', seq: 7, service: 'web', stream: 'stdout', at: 0, text: 'before'},
		{kind: 'skipped', seq: 8, service: 'web', at: 0, bytes: 2048},
		{kind: 'line', seq: 9, service: 'web', stream: 'stdout', at: 0, text: 'after'},
	];
	const source: LogSource = {
		first: () => 7,
		count: () => 3,
		indexAtTime: () => 0,
		at: index => lines[index] ?? {kind: 'skipped', seq: 0, service: '', at: 0, bytes: 0},
	};
	expect(draw(start, source)).toMatchInlineSnapshot(`
		"   before
		   ! 2 KiB of web left out here
		   after
		[following, lines 1-3 of 3]"
	`);
	// This also holds with a filter, because the skipped output may have matched it.
	expect(draw(setFilter(start, 'after'), source)).toMatchInlineSnapshot(`
		"   ! 2 KiB of web left out here
		   after
		[following, lines 1-2 of 2 with "after"]"
	`);
	expect(draw(setSearch(start, 'e'), source)).toContain('"e" is in 2 lines');
});

test('a long line is cut with a mark, scrolled, or wrapped', () => {
	const log = sampleLog(['short', 'abcdefghijklmnopqrstuvwxyz']);
	expect(draw(start, log, 20)).toMatchInlineSnapshot(`
		"   short
		   abcdefghijklmnop…
		[following, lines 1-2 of 2]"
	`);
	expect(draw({...start, offset: 10}, log, 20)).toMatchInlineSnapshot(`
		"
		   klmnopqrstuvwxyz
		[following, lines 1-2 of 2, from column 11]"
	`);
	expect(draw(toggleWrap(start), log, 20)).toMatchInlineSnapshot(`
		"   short
		   abcdefghijklmnopq
		   rstuvwxyz
		[following, lines 1-2 of 2]"
	`);
	expect(draw(start, log, 20, 5, 'C')).toMatch(/^[\n\x20-\x7e]*$/);
});

test('a wrapped line that is higher than the screen scrolls row by row', () => {
	const log = sampleLog(['first', 'abcdefghijklmnopqrstuvwxyz'.repeat(2), 'last']);
	const frame = sampleFrame(13, 3);
	let state = {...start, wrap: true, follow: false, anchor: {seq: 0, row: 0}};
	const tops: string[] = [];
	for (let row = 0; row < 9; row++) {
		tops.push(plainText(logFrame(state, log, frame).lines.slice(0, 1)).trim());
		state = {...state, ...scrollBy({state, source: log, frame}, 1)};
	}
	expect(tops).toEqual([
		'first',
		'abcdefghij',
		'klmnopqrst',
		'uvwxyzabcd',
		'efghijklmn',
		'opqrstuvwx',
		'opqrstuvwx',
		'opqrstuvwx',
		'opqrstuvwx',
	]);
	expect(state.follow).toBe(true);
});

test('matches of the search are highlighted', () => {
	const log = sampleLog(['an error', 'no Error', 'fine']);
	const state = {...setSearch(start, 'error'), match: 1};
	expect(draw(state, log)).toMatchInlineSnapshot(`
		"   an error
		>  no Error
		   fine
		[following, lines 1-3 of 3, "error": 2 of 2]"
	`);
	expect(textsIn(logFrame(state, log, sampleFrame()).lines, 'match')).toEqual(['error', 'Error']);
	expect(draw(setSearch(start, 'zzz'), log)).toContain('"zzz" is in no line');
});

test('an invalid expression is reported, and filters nothing', () => {
	const log = sampleLog(['one', 'two']);
	expect(draw(setFilter(start, '/(/'), log)).toMatchInlineSnapshot(`
		"   one
		   two
		[following, lines 1-2 of 2, all lines, as the filter cannot be read: Unterminated group]"
	`);
	expect(draw(setSearch(start, '/[/'), log)).toContain('the search cannot be read: Unterminated character class');
});

test('a frame reads only the visible lines', () => {
	const log = sampleLog(hundredThousand);
	const frame = sampleFrame(80, 40);
	for (const state of [
		start,
		{...start, wrap: true},
		{...start, follow: false, anchor: {seq: 50_000, row: 0}},
		{...start, follow: false, wrap: true, anchor: {seq: 50_000, row: 0}},
		{...start, follow: false, anchor: {seq: 99_990, row: 0}},
	]) {
		const before = log.asked();
		expect(logFrame(state, log, frame).lines).toHaveLength(40);
		expect(log.asked() - before).toBeLessThanOrEqual(41);
	}
});

test('a filter checks each line once, and new lines as they arrive', () => {
	const log = sampleLog(hundredThousand);
	const state = setFilter(start, 'Error');
	const frame = sampleFrame(80, 40);
	expect(logFrame(state, log, frame).status).toBe('following, lines 61-100 of 100 with "Error"');
	expect(log.asked()).toBe(100_000 + 40);
	logFrame(state, log, frame);
	expect(log.asked()).toBe(100_000 + 80);
	log.add('one more Error', 'none');
	expect(logFrame(state, log, frame).status).toBe('following, lines 62-101 of 101 with "Error"');
	expect(log.asked()).toBe(100_000 + 120 + 2);
	log.drop(50_000);
	expect(logFrame(state, log, frame).status).toBe('following, lines 12-51 of 51 with "Error"');
	log.drop(49_000);
	expect(logFrame(state, log, frame).status).toBe('following, lines 1-2 of 2 with "Error"');
});

test('if the top line is dropped from the log, the first stored line is at the top', () => {
	const log = sampleLog(hundredThousand);
	const state = {...start, follow: false, anchor: {seq: 10, row: 0}};
	expect(draw(state, log, 80, 1)).toBe('   line 10\n[lines 11-11 of 100000]');
	log.drop(5);
	expect(draw(state, log, 80, 1)).toBe('   line 10\n[lines 6-6 of 99995]');
	log.drop(500);
	expect(draw(state, log, 80, 1)).toBe('   line 505\n[lines 1-1 of 99495]');
});

test('a screen never has too many rows or a row that is too wide', () => {
	const texts = fc.array(fc.string({unit: 'grapheme', maxLength: 50}), {maxLength: 12});
	const size = fc.record({columns: fc.integer({min: 1, max: 60}), rows: fc.integer({min: 1, max: 8})});
	fc.assert(
		fc.property(
			texts,
			size,
			fc.boolean(),
			fc.boolean(),
			fc.nat(20),
			(lines, {columns, rows}, wrap, timestamps, offset) => {
				const state = {...openLog(['web', 'db']), wrap, timestamps, offset, search: 'a'};
				const screen = logFrame(state, sampleLog(lines), sampleFrame(columns, rows));
				expect(screen.lines.length).toBeLessThanOrEqual(rows);
				for (const line of screen.lines) expect(lineWidth(line, stringWidth)).toBe(columns);
			},
		),
	);
});

test('a match that was dropped from the log is not counted', () => {
	const log = sampleLog(['an error', 'fine', 'no error']);
	const state = {...setSearch(start, 'error'), match: 0};
	expect(draw(state, log)).toContain('"error": 1 of 2');
	log.drop(1);
	expect(draw(state, log)).toContain('"error" is in one line');
});
