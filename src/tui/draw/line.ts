import type {Glyphs} from '../../view/text/glyphs.ts';
import type {Measure} from '../../view/text/look.ts';

/** What a piece of text means; the palette says how that looks. No reader names a colour. */
export type Tone =
	| 'plain'
	| 'quiet'
	| 'strong'
	| 'title'
	| 'ok'
	| 'warning'
	| 'failed'
	| 'accent'
	| 'command'
	/** Found by a search. */
	| 'match'
	/** The thing that keys act on. */
	| 'cursor'
	/** Around what lies over the screen. */
	| 'border'
	/** The border of a question before something is lost. */
	| 'alarm';

/** A piece of a line. Its text is escaped already: nothing in it moves a cursor. */
export interface Span {
	readonly text: string;
	readonly tone: Tone;
}

/** One row of a terminal, or of a part of it. */
export type Line = readonly Span[];

/** What drawing depends on beside the facts. */
export interface Frame {
	readonly columns: number;
	readonly rows: number;
	/** Milliseconds since the epoch. */
	readonly now: number;
	readonly glyphs: Glyphs;
	readonly width: Measure;
}

/** The lines of a part that can be scrolled; `focus` is the index of the one that is to be in sight, with those up to `focusEnd`. */
export interface Body {
	readonly lines: readonly Line[];
	readonly focus?: number;
	readonly focusEnd?: number;
}

/** A span; plain without a tone. */
export function span(text: string, tone: Tone = 'plain'): Span {
	return {text, tone};
}

/** A line of one span. */
export function line(text: string, tone: Tone = 'plain'): Line {
	return [{text, tone}];
}
