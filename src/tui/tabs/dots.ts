import {type Line, type Span, span, type Tone} from '../draw/line.ts';

/** A curve with one value per column of dots. NaN leaves a gap. */
export interface Curve {
	readonly values: readonly number[];
	readonly tone: Tone;
	readonly style: 'filled' | 'line' | 'dotted';
}

/** The size of the drawing in cells of the terminal. `top` is the value at the upper edge. */
export interface DotGrid {
	readonly cells: number;
	readonly rows: number;
	readonly top: number;
	readonly isAscii: boolean;
}

/** The bits of the left and right dots of a Braille cell, from bottom to top; Unicode 16, chapter 21.1. */
const braille = [
	[0x40, 0x80],
	[0x04, 0x20],
	[0x02, 0x10],
	[0x01, 0x08],
] as const;

interface Dots {
	bits: number;
	tone: Tone;
	curve: number;
}

/**
 * Draws curves in cells of 2x4 Braille dots. An ASCII cell has 1x2 dots: `#` is both, `.` the lower one, and `'` the
 * upper one. If two curves share a cell, it has the tone of the later curve.
 */
export function dotRows(curves: readonly Curve[], grid: DotGrid): readonly Line[] {
	const [perCell, perRow] = grid.isAscii ? [1, 2] : [2, 4];
	const cells = Array.from({length: grid.rows}, () =>
		Array.from({length: grid.cells}, (): Dots => ({bits: 0, tone: 'plain', curve: 0})),
	);
	const height = grid.rows * perRow;
	curves.forEach((curve, index) => {
		for (const [x, y] of dotsOf(curve, height, grid.top)) {
			const cell = cells[grid.rows - 1 - Math.floor(y / perRow)]?.[Math.floor(x / perCell)];
			if (cell === undefined) continue;
			cell.bits |= grid.isAscii ? 1 << (y % 2) : (braille[y % 4]?.[x % 2] ?? 0);
			cell.tone = curve.tone;
			cell.curve = index;
		}
	});
	return cells.map(row => merge(row.map(cell => span(signOf(cell, curves.length, grid.isAscii), cell.tone))));
}

/** Positions of the dots of a curve: column from the left, row from the bottom. */
function* dotsOf({values, style}: Curve, height: number, top: number): Generator<readonly [number, number]> {
	let before: number | undefined;
	for (const [x, value] of values.entries()) {
		if (Number.isNaN(value)) {
			before = undefined;
			continue;
		}
		const y = Math.round(Math.min(1, Math.max(0, value / top)) * (height - 1));
		// Connect a jump with a vertical line.
		const from = style === 'filled' ? 0 : before === undefined || before === y ? y : before + Math.sign(y - before);
		for (let dot = Math.min(from, y); dot <= Math.max(from, y); dot++)
			if (style !== 'dotted' || before === undefined || (x + dot) % 2 === 0) yield [x, dot];
		before = y;
	}
}

function signOf({bits, curve}: Dots, curves: number, isAscii: boolean): string {
	if (bits === 0) return ' ';
	if (!isAscii) return String.fromCodePoint(0x2800 + bits);
	if (curves > 1) return curve === 0 ? '#' : 'o';
	return bits === 3 ? '#' : bits === 1 ? '.' : "'";
}

/** Merges neighboring spans of one tone. A space joins any tone. */
function merge(spans: readonly Span[]): Line {
	const merged: Span[] = [];
	for (const {text, tone} of spans) {
		const last = merged.at(-1);
		if (last !== undefined && (last.tone === tone || text === ' '))
			merged[merged.length - 1] = span(last.text + text, last.tone);
		else merged.push(span(text, tone));
	}
	return merged;
}
