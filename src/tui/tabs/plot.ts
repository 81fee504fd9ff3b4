import type {Glyphs} from '../../view/text/glyphs.ts';
import {fitText} from '../draw/fit.ts';
import {type Frame, type Line, type Span, span, type Tone} from '../draw/line.ts';
import {dotRows} from './dots.ts';

/** A value at a time, ms since the epoch; NaN if there was none. */
export interface Point {
	readonly at: number;
	readonly value: number;
}

/** A curve of a plot. Its points are in order of time. */
export interface Series {
	/** Name in the legend. */
	readonly name: string;
	readonly tone: Tone;
	readonly points: readonly Point[];
}

/** Look of a plot. */
export interface PlotLook extends Pick<Frame, 'now' | 'glyphs' | 'width'> {
	readonly columns: number;
	/** Includes the row of the x axis. */
	readonly rows: number;
	/** Formats a value of the y axis. */
	readonly format: (value: number) => string;
	/** Length of the x axis, ms. */
	readonly windowMs: number;
	/** Top of the y axis; by default a round number above the highest value. */
	readonly max?: number;
	/** Round numbers are 1, 2, 5, and 10 times a power of ten, or powers of two. */
	readonly round?: 'decimal' | 'binary';
	/** Lowest top without `max`, so that a curve of almost nothing looks like it. */
	readonly least?: number;
}

/** A value is drawn until the next one, but no longer than this, ms. Then there is a gap. */
const standsMs = 2500;

/**
 * Draws curves over the time up to now: a single curve filled, several as lines. Each column shows its highest value,
 * so that no peak is lost. Missing values leave a gap, and a dot at the bottom is zero.
 */
export function plot(series: readonly Series[], look: PlotLook): readonly Line[] {
	const {columns, glyphs, format} = look;
	const height = Math.max(1, look.rows - 1);
	const top = look.max ?? roundTop(highest(series, look), look.round ?? 'decimal', look.least ?? 0);
	const labels = axisLabels(height, top, format);
	const labelWidth = Math.max(...labels.map(label => look.width(label)));
	const cells = Math.max(1, columns - labelWidth - 2);
	const perCell = glyphs.isAscii ? 1 : 2;
	const curves = series.map(({points}) => columnValues(points, cells * perCell, look));
	const rows = dotRows(
		curves.map((values, index) => ({values, tone: series[index]?.tone ?? 'plain', style: styleOf(index, series)})),
		{cells, rows: height, top, isAscii: glyphs.isAscii},
	);
	const axis = rows.map((row, index): Line => {
		const label = labels[index] ?? '';
		const bar = glyphs.isAscii ? '|' : label === '' ? '│' : '┤';
		return [span(`${fitText(label, labelWidth, look, 'right')} ${bar}`, 'quiet'), ...row];
	});
	return [...axis, timeAxis(labelWidth + 2, cells, look.windowMs)];
}

/** The name of each curve with the sign that it is drawn with. */
export function legend(series: readonly Pick<Series, 'name' | 'tone'>[], {isAscii}: Glyphs): readonly Span[] {
	if (series.length < 2) return series.map(({name}) => span(name));
	const signs = isAscii ? ['##', 'oo'] : ['⠤⠤', '⠄⠄'];
	return series.flatMap(({name, tone}, index) => [
		span(`${index === 0 ? '' : '  '}${signs[index] ?? signs[1] ?? ''}`, tone),
		span(` ${name}`),
	]);
}

function styleOf(index: number, {length}: readonly Series[]): 'filled' | 'line' | 'dotted' {
	if (length < 2) return 'filled';
	return index === 0 ? 'line' : 'dotted';
}

/** The value of each column of dots; NaN for a gap. */
function columnValues(points: readonly Point[], count: number, {now, windowMs}: PlotLook): readonly number[] {
	const width = windowMs / count;
	// Columns start at multiples of their width. Otherwise values would jump between two columns as time passes.
	const start = Math.ceil(now / width) * width - windowMs;
	let next = 0;
	let last: Point | undefined;
	return Array.from({length: count}, (_, column) => {
		const end = start + (column + 1) * width;
		let most = Number.NaN;
		for (let point = points[next]; point !== undefined && point.at <= end; point = points[++next]) {
			if (point.at > end - width && !(point.value <= most) && !Number.isNaN(point.value)) most = point.value;
			last = point;
		}
		if (!Number.isNaN(most)) return most;
		return last !== undefined && Math.min(end, now) - last.at <= standsMs ? last.value : Number.NaN;
	});
}

function highest(series: readonly Series[], {now, windowMs}: PlotLook): number {
	let most = 0;
	for (const {points} of series)
		for (const {at, value} of points) if (at > now - windowMs && at <= now && value > most) most = value;
	return most;
}

/** The lowest round number that is at least `value`. */
function roundTop(value: number, round: 'decimal' | 'binary', least: number): number {
	const wanted = Math.max(value, least);
	if (!(wanted > 0) || !Number.isFinite(wanted)) return 1;
	if (round === 'binary') return 2 ** Math.ceil(Math.log2(wanted));
	const power = 10 ** Math.floor(Math.log10(wanted));
	return ([1, 2, 5, 10].find(factor => factor * power >= wanted) ?? 10) * power;
}

/** Labels of the top, the bottom, and the middle if there is a row for it. */
function axisLabels(rows: number, top: number, format: (value: number) => string): readonly string[] {
	const middle = rows >= 5 && rows % 2 === 1 ? (rows - 1) / 2 : -1;
	return Array.from({length: rows}, (_, row) => {
		if (row === 0) return format(top);
		if (row === rows - 1) return format(0);
		return row === middle ? format(top / 2) : '';
	});
}

function timeAxis(margin: number, cells: number, windowMs: number): Line {
	const start = `-${windowWords(windowMs)}`;
	const end = 'now';
	const room = cells - start.length - end.length;
	return [span(' '.repeat(margin) + (room < 1 ? start : start + ' '.repeat(room) + end), 'quiet')];
}

/** The length of a time window: `1 min`, `1 h`. */
export function windowWords(ms: number): string {
	const minutes = ms / 60_000;
	return minutes >= 60 ? `${Number((minutes / 60).toFixed(1))} h` : `${Number(minutes.toFixed(1))} min`;
}
