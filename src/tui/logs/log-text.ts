import {escapeText} from '../../view/text/escape.ts';
import type {Measure} from '../../view/text/look.ts';
import {takeColumns} from '../draw/fit.ts';
import {type Span, span, type Tone} from '../draw/line.ts';
import type {Range} from './log-pattern.ts';

/** More of a line is neither shown nor searched. */
const mostCharacters = 32_768;
/** Colours and weights: "Select Graphic Rendition" of ECMA-48, 8.3.117. */
const colours = /\u001b\[[0-9;:]*m/g;
const tabWidth = 8;

/** A line of a log as it is shown: without its colours and line end, tabs as blanks, and all else that moves a cursor escaped. */
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

/** The parts of a text that fill one row each; at least one, and no character is halved. */
export function wrapRanges(text: string, columns: number, width: Measure): readonly Range[] {
	const ranges: Range[] = [];
	let start = 0;
	do {
		const rest = text.slice(start, start + columns * 8);
		const taken = takeColumns(rest, columns, width).length;
		// A character wider than the row has it to itself.
		const end = start + (taken > 0 ? taken : Math.max(1, takeColumns(rest, 2, width).length));
		ranges.push([start, Math.min(end, text.length)]);
		start = end;
	} while (start < text.length);
	return ranges;
}

/** What of a text is in sight when it is moved to the left: from which character on, and how far. */
export function cutRange(text: string, offset: number, columns: number, width: Measure): Range {
	const start = takeColumns(text, offset, width).length;
	return [start, start + takeColumns(text.slice(start), columns, width).length];
}

/** A part of a text as spans, with what was found in it marked. */
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
