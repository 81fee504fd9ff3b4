import type {Glyphs} from '../../view/text/glyphs.ts';
import {redrawLines} from '../../view/text/redraw.ts';
import type {Theme} from '../../view/text/theme.ts';
import type {Drawing} from './deferred-view.ts';
import {fitText, lineWidth} from '../draw/fit.ts';
import {line} from '../draw/line.ts';
import {measure} from '../draw/width.ts';
import {type Frame, type Line, type LineRole, progressLines} from './progress-lines.ts';
import type {ProgressState} from './progress-state.ts';

const tickMs = 80;

/** Columns between a text and the text at the right end of its line. */
const gap = 2;

const tones: Readonly<Record<LineRole, keyof Theme | undefined>> = {
	title: 'strong',
	done: 'ok',
	running: 'command',
	waiting: 'quiet',
	failed: 'failed',
	undone: 'warning',
	command: 'quiet',
	output: undefined,
	warning: 'warning',
};

/** Draws the progress of a start below the cursor. Closing erases the frame. Reads no input. */
export function drawProgress(screen: NodeJS.WriteStream, glyphs: Glyphs, theme: Theme): Drawing {
	let state: ProgressState | undefined;
	let drawn: readonly string[] = [];
	let timer: NodeJS.Timeout | undefined;
	const draw = (): void => {
		if (state === undefined) return;
		const now = Date.now();
		const columns = screen.columns || 80;
		const frame = {rows: screen.rows || 24, now, tick: Math.floor(now / tickMs), glyphs};
		show(frameOf(state, frame, columns), theme);
	};
	const show = (lines: readonly FittedLine[], look: Theme): void => {
		const styled = lines.map(
			({role, text, aside}) => styleOf(role, look)(text) + (aside === '' ? '' : look.quiet(aside)),
		);
		// A terminal that became narrower may have wrapped the drawn lines.
		const columns = screen.columns || 80;
		const rows = drawn.reduce((sum, each) => sum + Math.max(1, Math.ceil(lineWidth(line(each), measure) / columns)), 0);
		screen.write(redrawLines(styled, rows));
		drawn = lines.map(({text, aside}) => text + aside);
	};
	return {
		update: next => {
			const isFirst = state === undefined;
			state = next;
			if (!isFirst) return;
			draw();
			timer = setInterval(draw, tickMs);
		},
		close: () => {
			clearInterval(timer);
			if (drawn.length > 0) show([], theme);
			state = undefined;
		},
	};
}

/** A line of the frame, at most as wide as the terminal. */
interface FittedLine {
	readonly role: LineRole;
	readonly text: string;
	readonly aside: string;
}

/** The lines of a frame, each cut to one row of the terminal. */
export function frameOf(state: ProgressState, frame: Frame, columns: number): readonly FittedLine[] {
	const look = {width: measure, glyphs: frame.glyphs};
	return progressLines(state, frame).map(({role, text, aside}: Line) => {
		const right = aside === '' || aside.length + gap >= columns ? '' : aside.padStart(aside.length + gap);
		const fitted = fitText(text, columns - right.length, look);
		return {role, text: right === '' ? fitted.trimEnd() : fitted, aside: right};
	});
}

function styleOf(role: LineRole, theme: Theme): (text: string) => string {
	const tone = tones[role];
	return tone === undefined ? text => text : theme[tone];
}
