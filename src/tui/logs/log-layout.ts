import {escapeText} from '../../view/text/escape.ts';
import type {Frame} from '../draw/line.ts';
import {type ParsedPattern, parsePattern, type Pattern, type Range} from './log-pattern.ts';
import {allLines, matchingLines, type Selection} from './log-search.ts';
import type {FeedLine} from '../../project/logs/line-ring.ts';
import type {LogSource, LogState} from './log-state.ts';
import {shownText, wrapRanges} from './log-text.ts';

/** A log, its view state, and the frame to draw it in. */
export interface LogView {
	readonly state: LogState;
	readonly source: LogSource;
	readonly frame: Frame;
}

/** A visible line: its text as shown, and the range of the text in each row if lines are wrapped. */
export interface LaidLine {
	readonly feed: FeedLine;
	readonly text: string;
	readonly ranges: readonly Range[];
}

/** A row of the log: the index of its line among the shown lines, and the row within that line. */
export interface Place {
	readonly index: number;
	readonly row: number;
}

/** The layout of a log view in a frame. */
export interface LogLayout extends LogView {
	readonly filter: ParsedPattern;
	readonly search: ParsedPattern;
	readonly shown: Selection;
	/** Columns before the text, and columns of the text. */
	readonly margin: number;
	readonly textColumns: number;
	/** The line at an index among the shown lines. Each line is read from the source once. */
	readonly lineAt: (index: number) => LaidLine;
}

/** Most columns of a service name. */
const mostName = 20;
/** `12:00:00.000 ` */
const timeColumns = 13;

/** Width of the service names before the lines; 0 for a single service. */
export function nameColumns({services}: LogState, {width}: Frame): number {
	return services.length < 2 ? 0 : Math.min(mostName, Math.max(...services.map(name => width(escapeText(name)))));
}

/** Determines which lines are shown and how wide they may be. Reads only the lines that the filter has not seen yet. */
export function layLog(view: LogView): LogLayout {
	const {state, source, frame} = view;
	const filter = parsePattern(state.filter);
	const patterns = patternsOf(filter);
	const shown =
		patterns.length === 0 ? allLines(source) : matchingLines(source, {patterns, withSkipped: true}, frame.width);
	const name = nameColumns(state, frame);
	const margin = 1 + (name === 0 ? 0 : name + 3) + (state.timestamps ? timeColumns : 0) + 2;
	const textColumns = Math.max(8, frame.columns - margin);
	const first = source.first();
	const laid = new Map<number, LaidLine>();
	const lineAt = (index: number): LaidLine => {
		const known = laid.get(index);
		if (known !== undefined) return known;
		const feed = source.at(shown.seqAt(index) - first);
		const text = feed.kind === 'line' ? shownText(feed.text, frame.width) : '';
		const ranges = state.wrap ? wrapRanges(text, textColumns, frame.width) : [[0, text.length] as const];
		laid.set(index, {feed, text, ranges});
		return {feed, text, ranges};
	};
	return {...view, filter, search: parsePattern(state.search), shown, margin, textColumns, lineAt};
}

/** The shown lines that match the search; undefined without a valid search. */
export function searchHits({filter, search, source, frame}: LogLayout): Selection | undefined {
	const patterns = [...patternsOf(filter), ...patternsOf(search)];
	if (search.kind !== 'pattern') return undefined;
	return matchingLines(source, {patterns, withSkipped: false}, frame.width);
}

function patternsOf(parsed: ParsedPattern): readonly Pattern[] {
	return parsed.kind === 'pattern' ? [parsed.pattern] : [];
}

/** The row at the top of the screen. */
export function topOf(layout: LogLayout): Place {
	const {state, shown} = layout;
	if (state.follow) return lowestTop(layout);
	const index = shown.indexFrom(state.anchor.seq);
	const isThere = index < shown.count && shown.seqAt(index) === state.anchor.seq;
	return clampPlace(layout, {index, row: isThere ? state.anchor.row : 0});
}

/** The top row that puts the last line at the bottom of the screen. */
function lowestTop(layout: LogLayout): Place {
	return movePlace(layout, {index: layout.shown.count, row: 0}, -layout.frame.rows);
}

/** Whether the last line is visible with this top row. */
export function isLowest(layout: LogLayout, {index, row}: Place): boolean {
	// Each line has at least one row, so no line has to be read far from the end.
	if (layout.shown.count - index > layout.frame.rows) return false;
	const lowest = lowestTop(layout);
	return index > lowest.index || (index === lowest.index && row >= lowest.row);
}

/** The nearest existing top row that leaves no empty rows at the bottom. */
export function clampPlace(layout: LogLayout, place: Place): Place {
	if (isLowest(layout, place)) return lowestTop(layout);
	const {ranges} = layout.lineAt(place.index);
	return {index: place.index, row: Math.min(place.row, ranges.length - 1)};
}

/** Moves a place by `rows` rows, down if positive. The result is between the first row and just past the last line. */
export function movePlace(layout: LogLayout, {index, row}: Place, rows: number): Place {
	const {shown, state, lineAt} = layout;
	if (!state.wrap) return {index: Math.min(shown.count, Math.max(0, index + rows)), row: 0};
	let at = index;
	let left = row + rows;
	while (left < 0 && at > 0) {
		at--;
		left += lineAt(at).ranges.length;
	}
	if (left < 0) return {index: 0, row: 0};
	while (at < shown.count && left >= lineAt(at).ranges.length) {
		left -= lineAt(at).ranges.length;
		at++;
	}
	return {index: at, row: at >= shown.count ? 0 : left};
}
