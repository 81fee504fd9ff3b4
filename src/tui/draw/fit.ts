import type {Glyphs} from '../../view/text/glyphs.ts';
import type {Measure} from '../../view/text/look.ts';
import {clusterEnd, clusterWidth, isAscii, textWidth} from './width.ts';
import type {Line, Span} from './line.ts';

/** Width of a line in columns. */
export function lineWidth(line: Line, width: Measure): number {
	return line.reduce((sum, {text}) => sum + textWidth(text, width), 0);
}

/** Cuts or pads a text to exactly `columns` columns. A cut text ends with `…`, or with `~` in ASCII. */
export function fitText(
	text: string,
	columns: number,
	{width, glyphs}: {readonly width: Measure; readonly glyphs: Glyphs},
	side: 'left' | 'right' = 'left',
): string {
	if (columns <= 0) return '';
	const own = textWidth(text, width);
	const blanks = ' '.repeat(Math.max(0, columns - own));
	if (own <= columns) return side === 'left' ? text + blanks : blanks + text;
	const mark = glyphs.isAscii ? '~' : '…';
	const kept = takeColumns(text, columns - 1, width);
	return kept + mark + ' '.repeat(Math.max(0, columns - 1 - textWidth(kept, width)));
}

/** Cuts or pads a line to exactly `columns` columns. */
export function fitLine(line: Line, columns: number, look: {readonly width: Measure; readonly glyphs: Glyphs}): Line {
	const fitted: Span[] = [];
	const last = line.findLastIndex(({text}) => textWidth(text, look.width) > 0);
	let left = columns;
	for (const [index, {text, tone}] of line.entries()) {
		const own = textWidth(text, look.width);
		if (own < left || (own === left && index >= last)) {
			fitted.push({text, tone});
			left -= own;
			continue;
		}
		// Show the mark even if this span fits exactly and only the next one does not.
		fitted.push({text: fitText(own > left ? text : `${text} `, left, look), tone});
		return fitted;
	}
	if (left > 0) fitted.push({text: ' '.repeat(left), tone: fitted.at(-1)?.tone === 'cursor' ? 'cursor' : 'plain'});
	return fitted;
}

/** The longest prefix of at most `columns` columns. A character and its combining marks stay together. */
export function takeColumns(text: string, columns: number, width: Measure): string {
	if (columns <= 0) return '';
	if (isAscii.test(text)) return text.slice(0, columns);
	let end = 0;
	for (let own = 0; end < text.length; ) {
		const next = clusterEnd(text, end);
		own += clusterWidth(text.slice(end, next), width);
		if (own > columns) break;
		end = next;
	}
	return text.slice(0, end);
}
