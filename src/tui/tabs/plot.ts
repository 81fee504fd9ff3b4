import type {Glyphs} from '../../view/text/glyphs.ts';
import {fitText} from '../draw/fit.ts';
import {type Frame, type Line, type Span, span, type Tone} from '../draw/line.ts';
import {dotRows} from './dots.ts';

/** A value at a moment, ms since the epoch; NaN where there was none. */
export interface Point {
	readonly at: number;
	readonly value: number;
}

/** One curve of a plot, its points in order of time. */
export interface Series {
	/** For the legend. */
	readonly name: string;
	readonly tone: Tone;
	readonly points: readonly Point[];
}

/** How a plot is drawn. */
export interface PlotLook extends Pick<Frame, 'now' | 'glyphs' | 'width'> {
	readonly columns: number;
	/** With the row of the x axis below. */
	readonly rows: number;
	/** A value of the y axis, as short as it may be. */
	readonly format: (value: number) => string;
	/** How far back it goes, ms. */
	readonly windowMs: number;
	/** The top of the y axis; without it, a round number above the highest value. */
	readonly max?: number;
	/** What round means: 1, 2, 5, 10 or powers of two. */
	readonly round?: 'decimal' | 'binary';
	/** The least that a top without `max` is: a curve of next to nothing should look like it. */
	readonly least?: number;
}

/** A value stands until the next, but no longer than this, ms: then there is a gap. */
const standsMs = 2500;

/**
 * Curves over the time up to now, one filled, several as lines. Each column has the highest of its values, so that no peak
 * is lost. Where there was no value nothing is drawn; a dot at the bottom is zero.
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

/** What the curves are, with the sign that each is drawn with. */
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
	// Columns begin at multiples of their width, or each value would waver between two of them as time goes on.
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

/** The least round number that is not below a value. */
function roundTop(value: number, round: 'decimal' | 'binary', least: number): number {
	const wanted = Math.max(value, least);
	if (!(wanted > 0) || !Number.isFinite(wanted)) return 1;
	if (round === 'binary') return 2 ** Math.ceil(Math.log2(wanted));
	const power = 10 ** Math.floor(Math.log10(wanted));
	return ([1, 2, 5, 10].find(factor => factor * power >= wanted) ?? 10) * power;
}

/** Top and bottom, and the middle where there is a row for it. */
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

/** How long a window is: `1 min`, `1 h`. */
export function windowWords(ms: number): string {
	const minutes = ms / 60_000;
	return minutes >= 60 ? `${Number((minutes / 60).toFixed(1))} h` : `${Number(minutes.toFixed(1))} min`;
}
