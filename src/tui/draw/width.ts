/* Characters as a person sees them, and their widths: quick for what most texts are made of. */
import {eastAsianWidth} from 'get-east-asian-width';
import stringWidth from 'string-width';
import type {Measure} from '../../view/text/look.ts';

/** Text in which each character is as wide as it is long. */
export const isAscii = /^[\x20-\x7e]*$/;

/** Made when it is needed: the first one takes Node 10 ms. */
let graphemes: Intl.Segmenter | undefined;
/** More code units than any character that is not made to be too long. */
const longest = 64;
/** To measure a character takes microseconds, and a screen has thousands, most of them the same few. */
const mostWidths = 4096;
const widths = new WeakMap<Measure, Map<string, number>>();

/** Where the character that begins at an index ends, with all that combines with it; "Grapheme Cluster Boundaries", UAX #29. */
export function clusterEnd(text: string, at: number): number {
	const next = at + 1;
	if (standsAlone(text.charCodeAt(at)) && (next === text.length || standsAlone(text.charCodeAt(next)))) return next;
	graphemes ??= new Intl.Segmenter(undefined, {granularity: 'grapheme'});
	for (const {segment} of graphemes.segment(text.slice(at, at + longest))) return at + segment.length;
	return next;
}

/** How wide a text is on a terminal, in columns; the same as string-width says, which takes 40 ms the first time: V8 makes an automaton of all emoji. */
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

/** How wide one character is, in columns. */
export function clusterWidth(cluster: string, width: Measure): number {
	const known = widths.get(width) ?? new Map<string, number>();
	widths.set(width, known);
	const own = known.get(cluster) ?? width(cluster);
	if (known.size >= mostWidths) known.clear();
	known.set(cluster, own);
	return own;
}

/** How wide a text is, in columns; the same as the measure says, but quicker. */
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

/** Letters, marks and signs, ideographs and syllables, from and to: none of them joins another of these. */
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
