import type {Glyphs} from '../../view/text/glyphs.ts';
import type {Measure} from '../../view/text/look.ts';

/** The meaning of a piece of text. Only the palette maps a tone to a color. */
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
	/** A match of a search. */
	| 'match'
	/** The selected row or item. */
	| 'cursor'
	/** The border of a sheet. */
	| 'border'
	/** The border of a confirmation before data is lost. */
	| 'alarm';

/** A piece of a line. Its text is already escaped, so it contains no control characters. */
export interface Span {
	readonly text: string;
	readonly tone: Tone;
}

/** One row of the screen or of a pane. */
export type Line = readonly Span[];

/** Everything besides the data that drawing depends on. */
export interface Frame {
	readonly columns: number;
	readonly rows: number;
	/** Milliseconds since the epoch. */
	readonly now: number;
	readonly glyphs: Glyphs;
	readonly width: Measure;
}

/** Lines of a scrollable pane. The lines from index `focus` to `focusEnd` should be visible. */
export interface Body {
	readonly lines: readonly Line[];
	readonly focus?: number;
	readonly focusEnd?: number;
}

/** Makes a span, plain by default. */
export function span(text: string, tone: Tone = 'plain'): Span {
	return {text, tone};
}

/** Makes a line of one span. */
export function line(text: string, tone: Tone = 'plain'): Line {
	return [{text, tone}];
}
