import {escapeText} from '../../view/text/escape.ts';
import type {Measure} from '../../view/text/look.ts';
import {takeColumns} from '../draw/fit.ts';
import {type Span, span, type Tone} from '../draw/line.ts';
import type {Range} from './log-pattern.ts';

/** Characters of a line beyond this limit are neither shown nor searched. */
const mostCharacters = 32_768;
/** Colors and weights; ECMA-48, 8.3.117, "Select Graphic Rendition". */
const colours = /\u001b\[[0-9;:]*m/g;
const tabWidth = 8;

/** A log line as shown: without colors and line end, with tabs expanded and control characters escaped. */
export function shownText(text: string, width: Measure): string {
	const kept = text.length > mostCharacters ? text.slice(0, mostCharacters) : text;
	const more = text.length - kept.length;
	const plain = kept.includes('\u001b') ? kept.replace(colours, '') : kept;
	const shown = plain.replace(/\r?\n$|\r$/, '').split('\t');
	const line = shown.length === 1 ? escapeText(shown[0] ?? '') : withTabs(shown, width);
	return more === 0 ? line : `${line} [${more} characters more]`;
}

function withTabs(pieces: readonly string[], width: Measure): string {
	let column = 0;
	return pieces
		.map((piece, index) => {
			const text = escapeText(piece);
			column += width(text);
			if (index === pieces.length - 1) return text;
			const blanks = tabWidth - (column % tabWidth);
			column += blanks;
			return text + ' '.repeat(blanks);
		})
		.join('');
}

/** Ranges of a text that fill one row each. There is at least one range, and no character is split. */
export function wrapRanges(text: string, columns: number, width: Measure): readonly Range[] {
	const ranges: Range[] = [];
	let start = 0;
	do {
		const rest = text.slice(start, start + columns * 8);
		const taken = takeColumns(rest, columns, width).length;
		// A character wider than the row gets a row of its own.
		const end = start + (taken > 0 ? taken : Math.max(1, takeColumns(rest, 2, width).length));
		ranges.push([start, Math.min(end, text.length)]);
		start = end;
	} while (start < text.length);
	return ranges;
}

/** The visible range of a text that is scrolled sideways by `offset` columns. */
export function cutRange(text: string, offset: number, columns: number, width: Measure): Range {
	const start = takeColumns(text, offset, width).length;
	return [start, start + takeColumns(text.slice(start), columns, width).length];
}

/** A range of a text as spans, with matches highlighted. */
export function markedSpans(text: string, [start, end]: Range, found: readonly Range[], tone: Tone): readonly Span[] {
	const spans: Span[] = [];
	let at = start;
	const add = (to: number, its: Tone): void => {
		if (to > at) spans.push(span(text.slice(at, to), its));
		at = Math.max(at, to);
	};
	for (const [from, to] of found) {
		if (to <= start || from >= end) continue;
		add(Math.min(from, end), tone);
		add(Math.min(to, end), 'match');
	}
	add(end, tone);
	return spans;
}
