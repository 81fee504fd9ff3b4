import type {Phase} from '../../step/verbs/step.ts';
import {bytes} from '../../spec/values/bytes.ts';
import {duration, plural} from '../../view/text/duration.ts';
import {escapeText} from '../../view/text/escape.ts';
import {bar, type Glyphs} from '../../view/text/glyphs.ts';
import type {LayerProgress} from '../../image/pull/pull.ts';
import type {ProgressState, ShownStep, Unpack} from './progress-state.ts';

/** The role of a line, which determines its color. */
export type LineRole =
	| 'title'
	| 'done'
	| 'running'
	| 'waiting'
	| 'failed'
	| 'undone'
	| 'command'
	| 'output'
	| 'warning';

/** One line of the frame. */
export interface Line {
	/** The same in each redraw. */
	readonly key: string;
	readonly role: LineRole;
	readonly text: string;
	/** Text at the right end of the line, such as a duration. */
	readonly aside: string;
}

/** Everything besides the state that a frame depends on. */
export interface Frame {
	/** Rows of the terminal. The frame has at most one less, because the cursor is in the row below it. */
	readonly rows: number;
	/** Milliseconds since the epoch. */
	readonly now: number;
	/** Number of redraws. Animates the spinner. */
	readonly tick: number;
	readonly glyphs: Glyphs;
}

const barWidth = 24;
const outputLines = 8;
const mostCommandLines = 4;

/**
 * The frame of a start: one line for each finished or future phase, and all steps of the running phase, with the
 * command of the running step and the progress bar of an unpack. A failed step is expanded with the output of its tool.
 */
export function progressLines(state: ProgressState, frame: Frame): readonly Line[] {
	if (state.steps.length === 0) return fit(readingLines(state, frame), frame.rows - 1);
	const groups = groupByPhase(state.steps);
	const current =
		groups.find(group => group.steps.some(isCurrent)) ?? groups.find(group => group.steps.some(isWaiting));
	const lines = [
		titleLine(state, frame),
		...groups.flatMap(group => (group === current ? openGroup(group, frame) : [closedGroup(group, frame.glyphs)])),
		...state.warnings.map((text, index) =>
			line(`warning ${index}`, 'warning', `${frame.glyphs.warning} ${escapeText(text)}`),
		),
	];
	return fit(lines, frame.rows - 1);
}

interface Group {
	readonly phase: Phase;
	readonly steps: readonly ShownStep[];
}

function groupByPhase(steps: readonly ShownStep[]): readonly Group[] {
	const phases = [...new Set(steps.map(step => step.phase))];
	return phases.map(phase => ({phase, steps: steps.filter(step => step.phase === phase)}));
}

function isCurrent({state}: ShownStep): boolean {
	return state.status === 'running' || state.status === 'failed';
}

function isWaiting({state}: ShownStep): boolean {
	return state.status === 'waiting';
}

/** The archive that is being read before the plan exists. */
function readingLines({reading}: ProgressState, {glyphs}: Frame): readonly Line[] {
	if (reading === undefined) return [line('title', 'title', 'planning the start')];
	const {archive, done, total} = reading;
	return [
		line('title', 'title', `reading ${escapeText(archive.slice(archive.lastIndexOf('/') + 1))}`),
		line('bar', 'running', `  ${partOf(done, total, glyphs)}`),
	];
}

function titleLine(state: ProgressState, {now}: Frame): Line {
	const done = state.steps.filter(step => step.state.status === 'done').length;
	const word = state.outcome === 'failed' ? 'rolling back' : 'starting';
	const text = `${word} ${escapeText(state.name)}: ${done} of ${plural(state.steps.length, 'step')}`;
	return line('title', 'title', text, duration(Math.max(0, now - state.startedAt)));
}

function closedGroup({phase, steps}: Group, glyphs: Glyphs): Line {
	const count = plural(steps.length, 'step');
	if (steps.every(isWaiting)) return line(phase, 'waiting', `${glyphs.waiting} ${phase.padEnd(10)} ${count}`);
	if (steps.some(step => step.state.status === 'undone'))
		return line(phase, 'undone', `${glyphs.undone} ${phase.padEnd(10)} undone`);
	const ms = steps.reduce((sum, {state}) => sum + (state.status === 'done' ? state.ms : 0), 0);
	return line(phase, 'done', `${glyphs.done} ${phase.padEnd(10)} ${count}`, duration(ms));
}

function openGroup({phase, steps}: Group, frame: Frame): readonly Line[] {
	return [line(phase, 'title', `  ${phase}`), ...steps.flatMap(step => stepLines(step, frame))];
}

function stepLines(step: ShownStep, {glyphs, now, tick}: Frame): readonly Line[] {
	const {id, state} = step;
	const title = escapeText(step.title);
	const command = commandLines(step);
	switch (state.status) {
		case 'waiting':
			return [line(id, 'waiting', `  ${glyphs.waiting} ${title}`)];
		case 'done':
			return [line(id, 'done', `  ${glyphs.done} ${title}`, duration(state.ms))];
		case 'undone':
			return [line(id, 'undone', `  ${glyphs.undone} ${title}`, 'undone')];
		case 'skipped':
			return [line(id, 'waiting', `  ${glyphs.waiting} ${title}`, 'skipped')];
		case 'running': {
			const spinner = glyphs.spinner[tick % glyphs.spinner.length] ?? '';
			const elapsed = now - state.since;
			const progress =
				state.unpack === undefined
					? []
					: [
							line(`${id} bar`, 'running', `    ${unpackBar(state.unpack, state.since, glyphs)}`),
							...(state.unpack.layers ?? []).flatMap(layer => layerLine(id, layer, glyphs)),
						];
			return [line(id, 'running', `  ${spinner} ${title}`, duration(Math.max(0, elapsed))), ...command, ...progress];
		}
		case 'failed': {
			const said = `${step.output.trimEnd()}\n${state.message}`.trim().split('\n').slice(-outputLines);
			const lines = said.map((text, index) => line(`${id} output ${index}`, 'output', `    ${escapeText(text)}`));
			return [
				line(id, 'failed', `  ${glyphs.failed} ${title}`, `failed after ${duration(state.ms)}`),
				...command,
				...lines,
			];
		}
	}
}

/** The first lines of the command of a step. */
function commandLines({id, command}: ShownStep): readonly Line[] {
	const all = command.trimEnd().split('\n');
	const shown = all.length > mostCommandLines ? all.slice(0, mostCommandLines - 1) : all;
	const rest = all.length === shown.length ? [] : [`and ${plural(all.length - shown.length, 'line')} more`];
	return [...shown, ...rest].map((text, index) => line(`${id} command ${index}`, 'command', `    ${escapeText(text)}`));
}

function unpackBar({done, total, entries, at, layers}: Unpack, since: number, glyphs: Glyphs): string {
	const seconds = (at - since) / 1000;
	const rate = seconds > 0 ? `, ${bytes(done / seconds)}/s` : '';
	const count = layers === undefined ? plural(entries, 'file') : `${entries} of ${plural(layers.length, 'layer')}`;
	return `${partOf(done, total, glyphs)}, ${count}${rate}`;
}

/** A layer that is being fetched or unpacked; the others are in the count. */
function layerLine(id: string, {layer, state, done, total}: LayerProgress, glyphs: Glyphs): readonly Line[] {
	if (state !== 'fetching' && state !== 'unpacking') return [];
	const text = `    layer ${layer + 1} ${state.padEnd(9)} ${partOf(done, total, glyphs)}`;
	return [line(`${id} layer ${layer}`, 'running', text)];
}

function partOf(done: number, total: number, glyphs: Glyphs): string {
	const part = total === 0 ? 1 : Math.min(1, done / total);
	return `${bar(part, barWidth, glyphs)} ${Math.floor(part * 100)} %, ${bytes(done)} of ${bytes(total)}`;
}

function line(key: string, role: LineRole, text: string, aside = ''): Line {
	return {key, role, text, aside};
}

/** Removes lines until the frame fits: first finished ones from the top, then future ones from the end. */
function fit(lines: readonly Line[], rows: number): readonly Line[] {
	const kept = [...lines];
	while (kept.length > rows) {
		const over = kept.findIndex(({role}) => role === 'done' || role === 'undone');
		const coming = kept.findLastIndex(({role}) => role === 'waiting');
		if (over !== -1) kept.splice(over, 1);
		else if (coming !== -1) kept.splice(coming, 1);
		else return kept.slice(0, Math.max(1, rows));
	}
	return kept;
}
