import {bytes} from '../../spec/values/bytes.ts';
import {escapeText} from '../../view/text/escape.ts';
import {fitLine, fitText} from '../draw/fit.ts';
import {type Frame, type Line, type Span, span, type Tone} from '../draw/line.ts';
import {exactTimeOfDay} from '../draw/local-time.ts';
import {type LaidLine, layLog, type LogLayout, nameColumns, type Place, searchHits, topOf} from './log-layout.ts';
import type {Selection} from './log-search.ts';
import type {FeedLine} from '../../project/logs/line-ring.ts';
import type {LogSource, LogState} from './log-state.ts';
import {parsePattern} from './log-pattern.ts';
import {cutRange, markedSpans, shownText} from './log-text.ts';
import type {Measure} from '../../view/text/look.ts';

/** A screen of a log with a status text. */
export interface LogScreen {
	/** At most `frame.rows` lines, none wider than the frame. */
	readonly lines: readonly Line[];
	readonly status: string;
}

const serviceTones: readonly Tone[] = ['accent', 'strong', 'ok', 'command', 'plain'];

/**
 * Draws the visible part of a log. Reads only the visible lines. A filter and a search check each line once, when it is
 * new.
 */
export function logFrame(state: LogState, source: LogSource, frame: Frame): LogScreen {
	const layout = layLog({state, source, frame});
	const top = topOf(layout);
	const lines: Line[] = [];
	let index = top.index;
	let hasErrors = false;
	for (; index < layout.shown.count && lines.length < frame.rows; index++) {
		const laid = layout.lineAt(index);
		hasErrors ||= laid.feed.kind === 'line' && laid.feed.stream === 'stderr';
		const rows = lineRows(laid, layout).slice(index === top.index ? top.row : 0);
		lines.push(...rows.slice(0, frame.rows - lines.length));
	}
	return {lines, status: statusOf(layout, top, index, hasErrors)};
}

/** The rows of one line. Rows after the first are indented to the start of the text. */
function lineRows({feed, text, ranges}: LaidLine, layout: LogLayout): readonly Line[] {
	const {state, frame, search, margin, textColumns} = layout;
	const lead = leadOf(feed, state, frame);
	if (feed.kind === 'skipped') {
		const words = `${frame.glyphs.warning} ${bytes(feed.bytes)} of ${escapeText(feed.service)} left out here`;
		return [fitLine([...lead, span(words, 'warning')], frame.columns, frame)];
	}
	const found = search.kind === 'pattern' ? search.pattern.rangesIn(text) : [];
	const parts = state.wrap ? ranges : [cutRange(text, state.offset, textColumns + 1, frame.width)];
	return parts.map((part, row) => {
		const before = row === 0 ? lead : [span(' '.repeat(margin))];
		return fitLine([...before, ...markedSpans(text, part, found, 'plain')], frame.columns, frame);
	});
}

/** The prefix of a line: the sign of the current match, the service, the time, and the sign of standard error. */
function leadOf(feed: FeedLine, state: LogState, frame: Frame): readonly Span[] {
	const columns = nameColumns(state, frame);
	const tone = serviceTones[Math.max(0, state.services.indexOf(feed.service)) % serviceTones.length] ?? 'plain';
	const at = feed.kind === 'line' ? feed.at : undefined;
	const isError = feed.kind === 'line' && feed.stream === 'stderr';
	return [
		feed.seq === state.match ? span('>', 'accent') : span(' '),
		...(columns === 0 ? [] : [span(`${fitText(escapeText(feed.service), columns, frame)} | `, tone)]),
		...(state.timestamps ? [span(`${at === undefined ? '-'.padEnd(12) : exactTimeOfDay(at)} `, 'quiet')] : []),
		isError ? span('E ', 'warning') : span('  '),
	];
}

function statusOf(layout: LogLayout, top: Place, end: number, hasErrors: boolean): string {
	const {state, shown, filter, search} = layout;
	const hits = searchHits(layout);
	const which = filter.kind === 'pattern' ? ` with ${quoted(state.filter)}` : '';
	const lines = shown.count === 0 ? `no line${which}` : `lines ${top.index + 1}-${end} of ${shown.count}${which}`;
	return [
		...(state.follow ? ['following'] : []),
		lines,
		...(filter.kind === 'bad' ? [`all lines, as the filter cannot be read: ${escapeText(filter.problem)}`] : []),
		...(search.kind === 'bad' ? [`the search cannot be read: ${escapeText(search.problem)}`] : []),
		...(hits === undefined ? [] : [hitWords(hits, state)]),
		...(state.offset > 0 ? [`from column ${state.offset + 1}`] : []),
		...(hasErrors ? ['E: standard error'] : []),
		...(state.notice === '' ? [] : [state.notice]),
	].join(', ');
}

function hitWords(hits: Selection, {search, match}: LogState): string {
	const {count} = hits;
	if (count === 0) return `${quoted(search)} is in no line`;
	const index = match === undefined ? count : hits.indexFrom(match);
	// The current match may have been dropped from the log or hidden by the filter.
	if (index < count && hits.seqAt(index) === match) return `${quoted(search)}: ${index + 1} of ${count}`;
	return `${quoted(search)} is in ${count === 1 ? 'one line' : `${count} lines`}`;
}

function quoted(text: string): string {
	return `"${escapeText(text)}"`;
}

/** All lines that match the filter, as text for a file. Control characters are escaped there too. */
export function wholeLog(
	state: LogState,
	source: LogSource,
	width: Measure,
): {readonly text: string; readonly lines: number} {
	const filter = parsePattern(state.filter);
	const kept: string[] = [];
	for (let at = 0; at < source.count(); at++) {
		const line = source.at(at);
		const text = line.kind === 'line' ? shownText(line.text, width) : `[${line.bytes} bytes were not read]`;
		if (filter.kind === 'pattern' && line.kind === 'line' && !filter.pattern.isIn(text)) continue;
		kept.push(`${headOf(line, state)}${text}\n`);
	}
	return {text: kept.join(''), lines: kept.length};
}

function headOf(line: FeedLine, {services, timestamps}: LogState): string {
	const at = line.kind === 'line' && line.at !== undefined ? new Date(line.at).toISOString() : '-';
	return `${services.length > 1 ? `${line.service} | ` : ''}${timestamps ? `${at} ` : ''}`;
}
