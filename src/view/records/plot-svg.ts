import {escapeHtml} from '../text/html.ts';

/** A value at a moment, in ms. */
export interface PlotPoint {
	readonly at: number;
	readonly value: number;
}

/** One plot of a run record. */
export interface Plot {
	readonly title: string;
	/** Ordered by time. */
	readonly points: readonly PlotPoint[];
	/** The smallest top of the scale, so that tiny values do not fill the height. */
	readonly atLeast: number;
	/** Formats a value for the axis. */
	readonly words: (value: number) => string;
	/** Formats a time since the first point for the axis. */
	readonly time: (ms: number) => string;
}

/** Size of the drawing, and the position of its axes. */
const [width, height, left, right, top, bottom] = [870, 130, 80, 860, 8, 104] as const;

/** A line plot over time with axes, as an SVG element without a script. */
export function plotSvg({title, points, atLeast, words, time}: Plot): string {
	const from = points[0]?.at ?? 0;
	const span = Math.max(1, (points.at(-1)?.at ?? 0) - from);
	const most = Math.max(atLeast, ...points.map(({value}) => value));
	const x = (at: number): string => (left + ((at - from) / span) * (right - left)).toFixed(1);
	const y = (value: number): string => (bottom - (value / most) * (bottom - top)).toFixed(1);
	const line = points.map(({at, value}, index) => `${index === 0 ? 'M' : 'L'}${x(at)} ${y(value)}`).join('');
	const area = `${line}L${x(from + span)} ${bottom}L${left} ${bottom}Z`;
	const grid = [0, 0.5, 1].map(share => {
		const [at, value] = [y(share * most), escapeHtml(words(share * most))];
		return `<path class="grid" d="M${left} ${at}H${right}"/><text x="${left - 6}" y="${Number(at) + 4}" text-anchor="end">${value}</text>`;
	});
	const times = [0, 0.25, 0.5, 0.75, 1].map(share => {
		const anchor = share === 0 ? 'start' : share === 1 ? 'end' : 'middle';
		const text = escapeHtml(time(share * span));
		return `<text x="${x(from + share * span)}" y="${bottom + 18}" text-anchor="${anchor}">${text}</text>`;
	});
	const highest = escapeHtml(`${title}: at most ${words(Math.max(...points.map(({value}) => value)))}`);
	return `<svg class="plot" viewBox="0 0 ${width} ${height}" role="img" aria-label="${highest}">${grid.join('')}${times.join('')}<path class="area" d="${area}"/><path class="line" d="${line}"/></svg>`;
}
