import {escapeLines, escapeText} from '../../view/text/escape.ts';
import {duration} from '../../view/text/duration.ts';
import {wrapCommand, wrapWords} from '../../view/text/wrap.ts';
import {changeRows, type SnapshotRow, snapshotRows} from '../../view/plan/snapshot-lines.ts';
import type {StepView} from '../../view/records/step-views.ts';
import {fitLine} from '../draw/fit.ts';
import {type Frame, type Line, line, span, type Tone} from '../draw/line.ts';

/** Where the scrubber is: a step, and how far its page is scrolled. */
export interface Scrubber {
	readonly at: number;
	readonly top: number;
}

/** The step to begin with. */
export const atBegin: Scrubber = {at: 0, top: 0};

/** Rows that stay when a page is scrolled: title, bar, a blank row, and the keys below. */
const fixedRows = 4;

/** The scrubber after a key; undefined for a key that it does not have. */
export function afterKey({at, top}: Scrubber, key: string, count: number, rows: number): Scrubber | undefined {
	const page = Math.max(1, rows - fixedRows - 1);
	const to = (index: number): Scrubber => {
		const next = Math.min(Math.max(0, index), Math.max(0, count - 1));
		return next === at ? {at, top} : {at: next, top: 0};
	};
	switch (key) {
		case 'right':
		case 'l':
		case 'space':
		case 'n':
			return to(at + 1);
		case 'left':
		case 'h':
		case 'backspace':
		case 'p':
			return to(at - 1);
		case 'home':
		case 'g':
			return to(0);
		case 'end':
		case 'G':
			return to(count - 1);
		case 'down':
		case 'j':
			return {at, top: top + 1};
		case 'up':
		case 'k':
			return {at, top: Math.max(0, top - 1)};
		case 'pagedown':
			return {at, top: top + page};
		case 'pageup':
			return {at, top: Math.max(0, top - page)};
		default:
			return undefined;
	}
}

/**
 * Draws the scrubber on `frame.rows` lines. Returns how far the page is scrolled, which is not beyond its end.
 *
 * @param name - the heading: the container and its run
 */
export function scrubberLines(
	views: readonly StepView[],
	{at, top}: Scrubber,
	name: string,
	frame: Frame,
): {readonly lines: readonly Line[]; readonly top: number} {
	const {columns, rows} = frame;
	const view = views[at];
	if (view === undefined) return {lines: [line('this record has no steps', 'quiet'), keyLine(frame)], top: 0};
	const body = stepLines(view, frame);
	const room = Math.max(1, rows - fixedRows);
	const scrolled = Math.min(top, Math.max(0, body.length - room));
	const shown = body.slice(scrolled, scrolled + room);
	const left = body.length - scrolled - shown.length;
	const filled = [...shown, ...Array.from({length: room - shown.length}, () => line(''))];
	const title = [span(`step ${at + 1} of ${views.length}`, 'title'), span(`  ${name}`, 'quiet')];
	return {
		lines: [title, barLine(views, at, frame), line(''), ...filled, keyLine(frame, left)].map(each =>
			fitLine(each, columns, frame),
		),
		top: scrolled,
	};
}

/** One cell a step, or one for several where the screen is narrow. */
function barLine(views: readonly StepView[], at: number, {columns, glyphs}: Frame): Line {
	const cells = Math.min(views.length, Math.max(1, columns));
	const cellOf = (index: number): number => Math.floor((index * cells) / views.length);
	const wide = Math.max(1, Math.min(3, Math.floor(columns / cells)));
	return Array.from({length: cells}, (_, cell) => {
		const steps = views.filter((_view, index) => cellOf(index) === cell);
		const isHere = cellOf(at) === cell;
		const isChanged = steps.some(({changes}) => changes.length > 0);
		const sign = isHere ? (glyphs.isAscii ? '@' : '◆') : isChanged ? glyphs.barFull : glyphs.barEmpty;
		const tone: Tone = isHere ? 'cursor' : steps.some(({step}) => step.status === 'failed') ? 'failed' : 'accent';
		return span(sign.repeat(wide), tone);
	});
}

function keyLine({glyphs, columns}: Frame, left = 0): Line {
	const arrows = glyphs.isAscii ? ['left/right', 'up/down'] : ['←→', '↑↓'];
	const more = left > 0 ? `  ${left} more` : '';
	const long = ` ${arrows[0]} step  home end first, last  ${arrows[1]} scroll${more}  q quit`;
	return line(long.length <= columns ? long : ` ${arrows[0]} step ${arrows[1]} scroll${more} q quit`, 'quiet');
}

/** Most of the screen that a command may take, so that what changed stays in sight. */
const commandShare = 3;

function stepLines(view: StepView, frame: Frame): readonly Line[] {
	const {columns, rows, width} = frame;
	const {step, snapshot, before, changes, note, of} = view;
	const room = Math.max(16, columns - 2);
	const command = wrapCommand(escapeLines(step.command).replaceAll('\t', '    '), room, width);
	const most = Math.max(3, Math.floor(rows / commandShare));
	const cut = command.length - most;
	const shown = snapshot && snapshotRows(snapshot, undefined, columns - 2, width);
	const known = new Set(
		(before && before !== snapshot ? snapshotRows(before, undefined, columns - 2, width) : []).map(textOf),
	);
	return [
		[span(escapeText(step.title), 'strong'), span(`  ${outcome(step)}`, step.status === 'failed' ? 'failed' : 'quiet')],
		...(cut > 1 ? command.slice(0, most) : command).map(text => [span('  '), span(text, 'command')]),
		...(cut > 1 ? [line(`  (${cut} more lines)`, 'quiet')] : []),
		...wrapWords(escapeText(step.why ?? ''), room, width).map(text => line(`  ${text}`)),
		line(''),
		...(changes.length === 0
			? [line(note, 'quiet')]
			: [line('changed', 'title'), ...changeRows(changes, columns, width).map(row => rowLine(row, row.sign))]),
		...(shown === undefined ? [] : [line(''), line(`the kernel shows of ${of}`, 'title')]),
		...(shown ?? []).map(row => rowLine(row, known.size > 0 && !known.has(textOf(row)) ? '>' : undefined)),
	];
}

const textOf = ({text}: SnapshotRow): string => text;

const tones: Readonly<Record<string, Tone>> = {'+': 'ok', '-': 'failed', '~': 'warning', '>': 'warning'};
const labelWidth = 14;

function rowLine({label, text}: SnapshotRow, sign: string | undefined): Line {
	const tone = tones[sign ?? ''] ?? 'plain';
	return [
		span(`${sign ?? ' '} `, tone),
		span(label.padEnd(labelWidth), 'quiet'),
		span(text, sign === '>' ? tone : 'plain'),
	];
}

function outcome({status, ms}: StepView['step']): string {
	return `${status ?? 'not reached'}${ms === null ? '' : `, ${duration(ms)}`}`;
}
