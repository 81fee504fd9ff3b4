/* Grapheme clusters and their widths, with fast paths for the most common characters. */
import {eastAsianWidth} from 'get-east-asian-width';
import stringWidth from 'string-width';
import type {Measure} from '../../view/text/look.ts';

/** Matches text in which every code unit is one column wide. */
export const isAscii = /^[\x20-\x7e]*$/;

/** Created on first use, because the first segmenter takes Node 10 ms. */
let graphemes: Intl.Segmenter | undefined;
/** Most code units of a cluster. Only artificial clusters are longer. */
const longest = 64;
/**
 * Widths are cached, because measuring a character takes microseconds and a screen shows thousands, mostly the same
 * few.
 */
const mostWidths = 4096;
const widths = new WeakMap<Measure, Map<string, number>>();

/** End index of the grapheme cluster that starts at `at`; UAX #29, "Grapheme Cluster Boundaries". */
export function clusterEnd(text: string, at: number): number {
	const next = at + 1;
	if (standsAlone(text.charCodeAt(at)) && (next === text.length || standsAlone(text.charCodeAt(next)))) return next;
	graphemes ??= new Intl.Segmenter(undefined, {granularity: 'grapheme'});
	for (const {segment} of graphemes.segment(text.slice(at, at + longest))) return at + segment.length;
	return next;
}

/**
 * Width of a text on a terminal in columns. Gives the result of string-width without its first call, which takes 40 ms
 * because V8 compiles an automaton of all emoji.
 */
export const measure: Measure = text => {
	if (isAscii.test(text)) return text.length;
	let sum = 0;
	for (let at = 0; at < text.length; at++) {
		const code = text.charCodeAt(at);
		if (!standsAlone(code)) return stringWidth(text);
		sum += eastAsianWidth(code);
	}
	return sum;
};

/** Width of one grapheme cluster in columns. */
export function clusterWidth(cluster: string, width: Measure): number {
	const known = widths.get(width) ?? new Map<string, number>();
	widths.set(width, known);
	const own = known.get(cluster) ?? width(cluster);
	if (known.size >= mostWidths) known.clear();
	known.set(cluster, own);
	return own;
}

/** Width of a text in columns. Gives the result of `width`, but faster. */
export function textWidth(text: string, width: Measure): number {
	if (isAscii.test(text)) return text.length;
	let sum = 0;
	for (let at = 0; at < text.length; ) {
		const end = clusterEnd(text, at);
		sum += clusterWidth(text.slice(at, end), width);
		at = end;
	}
	return sum;
}

/** First and last codes of ranges of letters, signs, ideographs, and syllables. They never combine with one another. */
const alone = [
	[0x20, 0x7e],
	[0xae, 0x2ff],
	[0x400, 0x481],
	[0x2010, 0x2027],
	[0x2100, 0x2bff],
	[0x3000, 0x3029],
	[0x3041, 0x3096],
	[0x30a0, 0x30ff],
	[0x4e00, 0x9fff],
	[0xac00, 0xd7a3],
] as const;

function standsAlone(code: number): boolean {
	for (const [from, to] of alone) if (code <= to) return code >= from;
	return false;
}
