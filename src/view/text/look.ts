import type {Theme} from './theme.ts';

/** The width of a text on a terminal, in columns. */
export type Measure = (text: string) => number;

/** The settings for drawing text. */
export interface Look {
	/** Width of the terminal in columns, also used to wrap piped text. */
	readonly columns: number;
	/** Width that tables must fit; undefined for piped output, which is not cut. */
	readonly fit?: number | undefined;
	readonly theme: Theme;
	readonly width: Measure;
}

/**
 * A measure for texts that contain only characters of `sample`. ASCII text is as wide as it is long. Only other text loads
 * string-width, whose character tables take Node 50 ms.
 */
export async function measureFor(sample: string): Promise<Measure> {
	if (/^[\x00-\x7f]*$/.test(sample)) return text => text.length;
	const {default: stringWidth} = await import('string-width');
	return stringWidth;
}
