import fc from 'fast-check';
import {expect, test} from 'vitest';
import type {LogState} from './log-state.ts';
import {
	nextMatch,
	page,
	scrollBy,
	scrollSideways,
	setFilter,
	setSearch,
	toEnd,
	toggleTimestamps,
	toggleWrap,
	toStart,
	toTime,
} from './log-moves.ts';
import {openLog} from './log-state.ts';
import {logFrame} from './logs-view.ts';
import {plainText, sampleFrame, sampleNow} from '../../../test/support/sample-frame.ts';
import {sampleLog} from '../../../test/support/sample-log.ts';

const start = openLog(['web']);
const frame = sampleFrame(40, 10);
const texts = Array.from({length: 100}, (_, index) => `line ${index}${index % 25 === 3 ? ' found' : ''}`);

function topLine(state: LogState, source = sampleLog(texts)): string {
	return plainText(logFrame(state, source, frame).lines.slice(0, 1)).slice(3);
}

test('scrolling up stops following, and scrolling down to the end starts it again', () => {
	const source = sampleLog(texts);
	const up = scrollBy({state: start, source, frame}, -3);
	expect([up.follow, topLine(up)]).toEqual([false, 'line 87']);
	source.add('more');
	expect(topLine(up, source)).toBe('line 87');
	const down = scrollBy({state: up, source, frame}, 2);
	expect([down.follow, topLine(down)]).toEqual([false, 'line 89']);
	expect(scrollBy({state: down, source, frame}, 2).follow).toBe(true);
	expect(scrollBy({state: start, source, frame}, 0)).toMatchObject({follow: false, anchor: {seq: 91}});
});

test('if all lines are visible, scrolling up keeps following', () => {
	const source = sampleLog(['one', 'two']);
	expect(scrollBy({state: start, source, frame}, -1).follow).toBe(true);
	expect(scrollBy({state: start, source: sampleLog([]), frame}, -1)).toEqual(start);
});

test('a page keeps one row of the previous page visible', () => {
	const source = sampleLog(texts);
	expect(topLine(page({state: toStart(start), source, frame}, 1))).toBe('line 9');
	expect(topLine(page({state: start, source, frame}, -1))).toBe('line 81');
	expect(topLine(page({state: start, source, frame}, -99))).toBe('line 0');
});

test('the first and the last line are reachable at once', () => {
	expect(topLine(toStart(start))).toBe('line 0');
	expect(topLine(toEnd(toStart(start)))).toBe('line 90');
});

test('a time leads to the first line at or after it, without reading lines', () => {
	const source = sampleLog(texts);
	source.drop(10);
	const view = {state: start, source, frame};
	const seqAt = (ms: number): number => toTime(view, ms).anchor.seq;
	expect([seqAt(sampleNow - 60_000), seqAt(sampleNow - 58_500), seqAt(0)]).toEqual([40, 42, 10]);
	expect(toTime(view, sampleNow + 1000)).toMatchObject({follow: true, notice: 'no line came so late'});
	expect(source.asked()).toBe(0);
	expect(toTime({...view, source: sampleLog([])}, 0).notice).toBe('no line came so late');
});

test('a search goes from match to match and wraps around', () => {
	const source = sampleLog(texts);
	let state = setSearch(toStart(start), 'found');
	const seen: unknown[] = [];
	for (let step = 0; step < 5; step++) {
		state = nextMatch({state, source, frame}, 1);
		seen.push([state.match, topLine(state), state.notice]);
	}
	expect(seen).toEqual([
		[3, 'line 0', ''],
		[28, 'line 25', ''],
		[53, 'line 50', ''],
		[78, 'line 75', ''],
		[3, 'line 0', 'from the start again'],
	]);
	state = nextMatch({state, source, frame}, -1);
	expect([state.match, state.notice]).toEqual([78, 'from the end again']);
	expect(logFrame(state, source, frame).status).toBe('lines 76-85 of 100, "found": 4 of 4, from the end again');
});

test('a backward search from the end finds the last match', () => {
	const source = sampleLog(texts);
	expect(nextMatch({state: setSearch(start, 'found'), source, frame}, -1).match).toBe(78);
	expect(nextMatch({state: setSearch(start, 'line 9'), source, frame}, -1).match).toBe(99);
	expect(nextMatch({state: start, source, frame}, 1).notice).toBe('nothing is searched for');
	expect(nextMatch({state: setSearch(start, 'zzz'), source, frame}, 1).match).toBeUndefined();
});

test('a search finds only lines that the filter shows', () => {
	const source = sampleLog(texts);
	const state = setSearch(setFilter(toStart(start), 'found'), '/5\\d/');
	expect(nextMatch({state, source, frame}, 1).match).toBe(53);
	expect(logFrame(state, source, frame).status).toContain('lines 1-4 of 4 with "found", "/5\\d/" is in one line');
});

test('a match far to the right is scrolled into view', () => {
	const source = sampleLog([`${'x'.repeat(100)}needle`]);
	const state = nextMatch({state: setSearch(start, 'needle'), source, frame}, 1);
	expect(plainText(logFrame(state, source, frame).lines)).toContain('needle');
	const wrapped = sampleLog(['x'.repeat(1000) + 'needle', ...texts.slice(0, 9)]);
	const found = nextMatch({state: setSearch({...toStart(start), wrap: true}, 'needle'), source: wrapped, frame}, 1);
	expect(plainText(logFrame(found, wrapped, frame).lines)).toContain('needle');
});

test('lines scroll sideways, but not before their start and not while wrapped', () => {
	expect(scrollSideways(scrollSideways(start, 8), -20).offset).toBe(0);
	expect(scrollSideways(start, 8).offset).toBe(8);
	expect(toggleWrap(scrollSideways(start, 8))).toMatchObject({wrap: true, offset: 0});
	expect(scrollSideways(toggleWrap(start), 8).offset).toBe(0);
	expect(toggleTimestamps(start).timestamps).toBe(true);
});

test('scrolling leaves no row empty and skips none', () => {
	const long = sampleLog(Array.from({length: 30}, (_, index) => `${index} `.repeat(index % 7 === 0 ? 40 : 1)));
	const rowsFrom = (state: LogState, rows: number): readonly string[] =>
		plainText(logFrame(state, long, {...frame, rows}).lines).split('\n');
	fc.assert(
		fc.property(fc.boolean(), fc.array(fc.integer({min: -30, max: 30}), {maxLength: 8}), (wrap, moves) => {
			const begin = {...toStart(start), wrap};
			const all = rowsFrom(begin, 1000);
			let state: LogState = begin;
			let top = 0;
			for (const rows of moves) {
				state = scrollBy({state, source: long, frame}, rows);
				top = Math.min(all.length - 10, Math.max(0, top + rows));
				expect(rowsFrom(state, 10)).toEqual(all.slice(top, top + 10));
			}
		}),
	);
});
