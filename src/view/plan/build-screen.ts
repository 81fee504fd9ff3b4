import type {BuildEvent} from '../../build/execute/build-event.ts';
import type {BuildRow} from '../../build/plan/build-plan.ts';
import {bytes} from '../../spec/values/bytes.ts';
import {duration} from '../text/duration.ts';
import {escapeText} from '../text/escape.ts';
import {bar, type Glyphs} from '../text/glyphs.ts';
import type {Theme} from '../text/theme.ts';
import {labelOf, noBuildProgress, resultOf, shownCommand, type BuildProgress} from './build-lines.ts';

/** A build on a terminal: what has ended stands above, and what runs is drawn again and again. */
export interface BuildScreen {
	readonly plan: BuildProgress['plan'];
	/** The row that runs. */
	readonly running?: {
		readonly label: string;
		readonly row: BuildRow;
		/** ms since the epoch. */
		readonly since: number;
		readonly progress?: {readonly done: number; readonly total: number};
	};
	/** The last output of the command that runs. */
	readonly output: string;
	/** Lines that are final since the last event: they are printed once. */
	readonly ended: readonly EndedLine[];
}

/** A line that no later event changes. */
export interface EndedLine {
	readonly kind: 'done' | 'cached' | 'warning' | 'failed';
	readonly text: string;
	/** Stays when the line is cut. */
	readonly result?: string;
}

/** The state before the first event. */
export const noBuildScreen: BuildScreen = {plan: noBuildProgress.plan, output: '', ended: []};

/** How much output is kept for the case that the command fails, in characters. */
const mostOutput = 64 * 1024;
const outputLines = 6;
const barWidth = 24;

/** Adds an event. `now` is in ms since the epoch; `service` is whose image it is, if there are several. */
export function buildScreen(screen: BuildScreen, event: BuildEvent, now: number, service?: string): BuildScreen {
	const next = {...screen, ended: []};
	switch (event.type) {
		case 'build.planned':
			return {...next, plan: event.plan};
		case 'build.warning':
			return {...next, ended: [{kind: 'warning', text: event.text}]};
		case 'build.fetching':
			return {...next, ended: [{kind: 'done', text: event.command}]};
		case 'row.started':
			return {
				...next,
				output: '',
				running: {label: labelOf(next.plan, event.row, service), row: event.row, since: now},
			};
		case 'row.progress':
			return next.running === undefined
				? next
				: {...next, running: {...next.running, progress: {done: event.done, total: event.total}}};
		case 'row.output':
			return {...next, output: (next.output + event.text).slice(-mostOutput)};
		case 'row.done': {
			const {running: _, ...rest} = next;
			const label = labelOf(next.plan, event.row, service);
			const text = `${label} ${shownCommand(event.row)}`;
			const kind = event.isCached ? 'cached' : 'done';
			return {...rest, output: '', ended: [{kind, text, result: resultOf(event)}]};
		}
	}
}

/** How {@link screenLines} draws. */
export interface ScreenLook {
	readonly columns: number;
	/** Rows that may be used. */
	readonly rows: number;
	readonly theme: Theme;
	readonly glyphs: Glyphs;
	/** ms since the epoch. */
	readonly now: number;
}

/** A line that has ended, within the terminal's width. */
export function endedLine({kind, text, result = ''}: EndedLine, {columns, theme, glyphs}: ScreenLook): string {
	const signs = {done: glyphs.done, cached: glyphs.waiting, warning: glyphs.warning, failed: glyphs.failed};
	const styles = {done: theme.ok, cached: theme.quiet, warning: theme.warning, failed: theme.failed};
	const shown = kind === 'warning' ? `warning: ${escapeText(text)}` : text;
	const tail = result === '' ? '' : `  ${result}`;
	return styles[kind](`${cut(`${signs[kind]} ${shown}`, columns - tail.length)}${tail}`);
}

/** The row that runs, when it is the one that failed. */
export function failedRow({running}: BuildScreen): readonly EndedLine[] {
	return running === undefined ? [] : [{kind: 'failed', text: `${running.label} ${shownCommand(running.row)}`}];
}

/** What is drawn of the row that runs: its command, how long it takes, and the last lines of its output. */
export function screenLines({running, output}: BuildScreen, look: ScreenLook): readonly string[] {
	if (running === undefined) return [];
	const {columns, rows, theme, glyphs, now} = look;
	const spin = glyphs.spinner[Math.floor(now / 100) % glyphs.spinner.length] ?? '';
	const time = duration(Math.max(0, now - running.since));
	const head = cut(`${spin} ${running.label} ${shownCommand(running.row)}`, columns - time.length - 2);
	const {done = 0, total = 0} = running.progress ?? {};
	const part =
		total === 0
			? []
			: [cut(`  ${bar(Math.min(1, done / total), barWidth, glyphs)}  ${bytes(done)} of ${bytes(total)}`, columns)];
	const tail = outputTail(output, Math.max(0, Math.min(outputLines, rows - 1 - part.length)));
	return [`${head}  ${theme.quiet(time)}`, ...part, ...tail.map(text => theme.quiet(cut(`  ${text}`, columns)))];
}

/** The last lines of a command's output, safe to print. */
export function outputTail(output: string, most: number): readonly string[] {
	if (most === 0) return [];
	const lines = output.split('\n').map(line => {
		// A progress bar draws its line again after each carriage return.
		const parts = line.replace(/\r+$/, '').split('\r');
		return escapeText((parts.at(-1) ?? '').replaceAll('\t', '    '));
	});
	return (lines.at(-1) === '' ? lines.slice(0, -1) : lines).slice(-most);
}

function cut(text: string, columns: number): string {
	return text.length <= columns ? text : `${text.slice(0, Math.max(0, columns - 3))}...`;
}
