/* Actions of the keys in the log view. Each returns the next state. */
import {
	clampPlace,
	isLowest,
	layLog,
	type LogLayout,
	type LogView,
	movePlace,
	type Place,
	searchHits,
	topOf,
} from './log-layout.ts';
import type {LogState} from './log-state.ts';

/**
 * Scrolls by rows, down if positive. Scrolling down to the end starts following. Scrolling up, or by 0, stops
 * following.
 */
export function scrollBy(view: LogView, rows: number): LogState {
	const layout = layLog(view);
	if (layout.shown.count === 0) return quiet(view.state);
	const top = topOf(layout);
	const place = clampPlace(layout, movePlace(layout, top, rows));
	// If all lines are visible, scrolling up has no effect, so keep following new lines.
	const follow =
		rows > 0
			? isLowest(layout, place)
			: view.state.follow && rows < 0 && place.index === top.index && place.row === top.row;
	return {...quiet(view.state), follow, anchor: anchorOf(layout, place)};
}

/** Scrolls by screens, down if positive. One row of the previous screen stays visible. */
export function page(view: LogView, screens: number): LogState {
	return scrollBy(view, screens * Math.max(1, view.frame.rows - 1));
}

/** Goes to the first stored line. */
export function toStart(state: LogState): LogState {
	return {...quiet(state), follow: false, anchor: {seq: 0, row: 0}, offset: 0};
}

/** Goes to the end and follows it. */
export function toEnd(state: LogState): LogState {
	return {...quiet(state), follow: true};
}

/** Goes to the first line at or after a time, ms since the epoch. */
export function toTime({state, source}: LogView, ms: number): LogState {
	const index = source.indexAtTime(ms);
	if (index === source.count()) return {...state, follow: true, notice: 'no line came so late'};
	return {...quiet(state), follow: false, anchor: {seq: source.first() + index, row: 0}};
}

/** Toggles wrapping of long lines. */
export function toggleWrap(state: LogState): LogState {
	return {...quiet(state), wrap: !state.wrap, offset: 0, anchor: {...state.anchor, row: 0}};
}

/** Toggles the time before each line. */
export function toggleTimestamps(state: LogState): LogState {
	return {...quiet(state), timestamps: !state.timestamps, anchor: {...state.anchor, row: 0}};
}

/** Shows only lines that match a text or `/expression/`; all lines if it is empty. */
export function setFilter(state: LogState, filter: string): LogState {
	return {...quiet(state), filter};
}

/** Highlights a text or `/expression/`. {@link nextMatch} goes to its matches. */
export function setSearch(state: LogState, search: string): LogState {
	return {...quiet(state), search, match: undefined};
}

/** Scrolls sideways by columns. Wrapped lines do not move. */
export function scrollSideways(state: LogState, columns: number): LogState {
	return state.wrap ? state : {...quiet(state), offset: Math.max(0, state.offset + columns)};
}

/** Goes to the next or previous line that matches the search. The search wraps around at the ends. */
export function nextMatch(view: LogView, direction: 1 | -1): LogState {
	const {state} = view;
	const layout = layLog(view);
	const hits = searchHits(layout);
	if (hits === undefined) return {...state, notice: layout.search.kind === 'none' ? 'nothing is searched for' : ''};
	if (hits.count === 0) return {...state, match: undefined, notice: ''};
	const wanted = hits.indexFrom(searchFrom(layout, direction)) - (direction === 1 ? 0 : 1);
	const index = (wanted + hits.count) % hits.count;
	const notice = wanted === index ? '' : direction === 1 ? 'from the start again' : 'from the end again';
	return {...showLine(layout, hits.seqAt(index)), notice};
}

/** The `seq` of the first line that a forward search checks, or of the line before which a backward search starts. */
function searchFrom(layout: LogLayout, direction: 1 | -1): number {
	const {state, shown, frame} = layout;
	if (state.match !== undefined) return state.match + (direction === 1 ? 1 : 0);
	const top = topOf(layout);
	const {index} = direction === 1 ? top : movePlace(layout, top, frame.rows);
	return index < shown.count ? shown.seqAt(index) : Number.POSITIVE_INFINITY;
}

/** Scrolls to a match, vertically and sideways. A match outside the screen is placed a third of the way down. */
function showLine(layout: LogLayout, seq: number): LogState {
	const {state, shown, frame, search, lineAt, textColumns} = layout;
	const index = shown.indexFrom(seq);
	const {text, ranges} = lineAt(index);
	const [start = 0, end = 0] = search.kind === 'pattern' ? (search.pattern.rangesIn(text)[0] ?? []) : [];
	const row = Math.max(
		0,
		ranges.findIndex(range => start < range[1]),
	);
	const place = {index, row};
	const top = topOf(layout);
	const isBelowTop = index > top.index || (index === top.index && row >= top.row);
	const bottom = movePlace(layout, top, frame.rows);
	const isInSight = isBelowTop && (index < bottom.index || (index === bottom.index && row < bottom.row));
	const goal = isInSight ? top : clampPlace(layout, movePlace(layout, place, -Math.floor(frame.rows / 3)));
	const left = frame.width(text.slice(0, start));
	const right = left + frame.width(text.slice(start, end));
	const offset =
		state.wrap || (left >= state.offset && right <= state.offset + textColumns)
			? state.offset
			: Math.max(0, left - Math.floor(textColumns / 3));
	return {...state, follow: false, match: seq, anchor: anchorOf(layout, goal), offset};
}

function anchorOf({shown}: LogLayout, {index, row}: Place): LogState['anchor'] {
	return {seq: shown.seqAt(index), row};
}

function quiet(state: LogState): LogState {
	return state.notice === '' ? state : {...state, notice: ''};
}
