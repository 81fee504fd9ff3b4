import {bytes} from '../../spec/values/bytes.ts';
import {plural} from '../../view/text/duration.ts';
import {fitLine} from '../draw/fit.ts';
import {type Body, type Frame, type Line, line, span} from '../draw/line.ts';
import {legend, plot, type PlotLook, type Series, windowWords} from './plot.ts';
import type {Sample} from './rates.ts';

/** Time windows of the plots, ms. */
export const statsWindows = [60_000, 300_000, 900_000, 3_600_000] as const;

/** View state of the plots. */
export interface StatsState {
	readonly windowMs: (typeof statsWindows)[number];
}

interface Panel {
	readonly heading: Line;
	readonly series: readonly Series[];
	readonly look: Pick<PlotLook, 'format' | 'max' | 'round' | 'least'>;
}

/** Fewest readable rows of a plot with its heading, and most useful rows. */
const leastRows = 5;
const mostRows = 14;
/** From this width on, two plots are side by side. */
const wideColumns = 100;

/**
 * The resource use of a container over time: as many plots as fit, each with its current value. The other values have a
 * line without a plot.
 *
 * @param samples - of one container, oldest first
 */
export function statsTab(samples: readonly Sample[], {windowMs}: StatsState, frame: Frame): Body {
	const last = samples.at(-1);
	if (last === undefined) return {lines: [line('nothing is known yet: the first reading takes a second', 'quiet')]};
	const panels = panelsOf(samples, last, frame);
	const pids = last.pids === null ? '' : `, ${plural(last.pids, 'thread')} now`;
	const perRow = frame.columns >= wideColumns ? 2 : 1;
	const room = frame.rows - 1;
	const drawn = howMany(panels.length, perRow, room);
	const height = Math.min(
		mostRows,
		Math.floor((room - (panels.length - drawn)) / Math.max(1, Math.ceil(drawn / perRow))),
	);
	const lines: Line[] = [line(`the last ${windowWords(windowMs)}${pids}`, 'quiet')];
	const columns = perRow === 1 ? frame.columns : Math.floor((frame.columns - 2) / 2);
	for (let index = 0; index < drawn; index += perRow) {
		const blocks = panels
			.slice(index, Math.min(drawn, index + perRow))
			.map(panel => drawPanel(panel, {...frame, columns, rows: height, windowMs}));
		lines.push(...sideBySide(blocks, columns, frame));
	}
	return {lines: [...lines, ...panels.slice(drawn).map(({heading}) => heading)]};
}

/** Number of plots that fit if each other plot takes one line. */
function howMany(count: number, perRow: number, room: number): number {
	for (let drawn = count; drawn > 0; drawn--)
		if (Math.ceil(drawn / perRow) * leastRows + count - drawn <= room) return drawn;
	return 0;
}

function drawPanel({heading, series, look}: Panel, frame: Frame & Pick<StatsState, 'windowMs'>): readonly Line[] {
	return [heading, ...plot(series, {...frame, ...look, rows: frame.rows - 1})];
}

function sideBySide(blocks: readonly (readonly Line[])[], columns: number, frame: Frame): readonly Line[] {
	const [left = [], right] = blocks;
	if (right === undefined) return left;
	return left.map((row, index) => [...fitLine(row, columns, frame), span('  '), ...(right[index] ?? [])]);
}

function panelsOf(samples: readonly Sample[], last: Sample, {glyphs}: Frame): readonly Panel[] {
	const series = (name: string, tone: Series['tone'], of: (sample: Sample) => number | null): Series => ({
		name,
		tone,
		points: samples.map(sample => ({at: sample.at, value: of(sample) ?? Number.NaN})),
	});
	const panel = (title: string, curves: readonly Series[], look: Panel['look']): Panel => ({
		heading: [span(title, 'title'), span('  '), ...legend(curves, glyphs)],
		series: curves,
		look,
	});
	const percents = {format: percent, least: 10} as const;
	const rates = {format: rate, round: 'binary', least: 1024} as const;
	return [
		panel('cpu', [series(`${percent(last.cpuPercent)} of one processor`, 'accent', at => at.cpuPercent)], percents),
		panel('memory', [series(memoryWords(last), 'accent', at => at.memoryUsed)], memoryLook(samples, last)),
		panel(
			'network',
			[
				series(`received ${rate(last.rxRate)}`, 'accent', at => at.rxRate),
				series(`sent ${rate(last.txRate)}`, 'warning', at => at.txRate),
			],
			rates,
		),
		panel(
			'block',
			[
				series(`read ${rate(last.readRate)}`, 'accent', at => at.readRate),
				series(`written ${rate(last.writeRate)}`, 'warning', at => at.writeRate),
			],
			rates,
		),
		panel(
			'pressure',
			[
				series(`waits for cpu ${percent(last.cpuPressure)}`, 'accent', at => at.cpuPressure),
				series(`for memory ${percent(last.memoryPressure)}`, 'warning', at => at.memoryPressure),
			],
			percents,
		),
	];
}

function memoryWords({memoryUsed, memoryLimit}: Sample): string {
	if (memoryUsed === null) return '-';
	if (memoryLimit === null) return `${bytes(memoryUsed)}, no limit`;
	return `${bytes(memoryUsed)} of ${bytes(memoryLimit)} (${percent((memoryUsed / memoryLimit) * 100)})`;
}

/** The limit is the top once half of it is used. Before that, the curve would be flat at the bottom. */
function memoryLook(samples: readonly Sample[], {memoryLimit}: Sample): Panel['look'] {
	const most = samples.reduce((peak, {memoryUsed}) => Math.max(peak, memoryUsed ?? 0), 0);
	const look = {format: bytes, round: 'binary', least: 2 ** 20} as const;
	return memoryLimit !== null && most * 2 >= memoryLimit ? {...look, max: memoryLimit} : look;
}

function percent(value: number | null): string {
	return value === null ? '-' : `${Number(value.toFixed(1))} %`;
}

function rate(value: number | null): string {
	return value === null ? '-' : `${bytes(Math.round(value))}/s`;
}
