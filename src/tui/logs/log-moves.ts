/* What the keys of the log view do: each gives the state that comes next. */
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

/** Moves by rows, down or up. Down to the end, the log is followed from there on; up, or by 0, it stands still. */
export function scrollBy(view: LogView, rows: number): LogState {
	const layout = layLog(view);
	if (layout.shown.count === 0) return quiet(view.state);
	const top = topOf(layout);
	const place = clampPlace(layout, movePlace(layout, top, rows));
	// Where all is in sight there is nowhere to go, and new lines are wanted still.
	const follow =
		rows > 0
			? isLowest(layout, place)
			: view.state.follow && rows < 0 && place.index === top.index && place.row === top.row;
	return {...quiet(view.state), follow, anchor: anchorOf(layout, place)};
}

/** Moves by screens less a row, down or up. */
export function page(view: LogView, screens: number): LogState {
	return scrollBy(view, screens * Math.max(1, view.frame.rows - 1));
}

/** To the first line that is kept. */
export function toStart(state: LogState): LogState {
	return {...quiet(state), follow: false, anchor: {seq: 0, row: 0}, offset: 0};
}

/** To the end, which is followed. */
export function toEnd(state: LogState): LogState {
	return {...quiet(state), follow: true};
}

/** To the first line that came then or later, ms since the epoch. */
export function toTime({state, source}: LogView, ms: number): LogState {
	const index = source.indexAtTime(ms);
	if (index === source.count()) return {...state, follow: true, notice: 'no line came so late'};
	return {...quiet(state), follow: false, anchor: {seq: source.first() + index, row: 0}};
}

/** Long lines go on in the next row, or out of sight. */
export function toggleWrap(state: LogState): LogState {
	return {...quiet(state), wrap: !state.wrap, offset: 0, anchor: {...state.anchor, row: 0}};
}

/** The time before each line, or not. */
export function toggleTimestamps(state: LogState): LogState {
	return {...quiet(state), timestamps: !state.timestamps, anchor: {...state.anchor, row: 0}};
}

/** Shows only lines with this text or `/expression/`; all when it is empty. */
export function setFilter(state: LogState, filter: string): LogState {
	return {...quiet(state), filter};
}

/** Marks this text or `/expression/`; {@link nextMatch} goes there. */
export function setSearch(state: LogState, search: string): LogState {
	return {...quiet(state), search, match: undefined};
}

/** Moves lines sideways, in columns; wrapped ones stay. */
export function scrollSideways(state: LogState, columns: number): LogState {
	return state.wrap ? state : {...quiet(state), offset: Math.max(0, state.offset + columns)};
}

/** To the next line that the search finds, or the one before; from the last on to the first. */
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

/** The number of the first line that a search forward looks at, or of the one above which a search backward begins. */
function searchFrom(layout: LogLayout, direction: 1 | -1): number {
	const {state, shown, frame} = layout;
	if (state.match !== undefined) return state.match + (direction === 1 ? 1 : 0);
	const top = topOf(layout);
	const {index} = direction === 1 ? top : movePlace(layout, top, frame.rows);
	return index < shown.count ? shown.seqAt(index) : Number.POSITIVE_INFINITY;
}

/** Brings a found line into sight: where it is, or a third down the screen; sideways, too. */
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
