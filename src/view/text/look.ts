import type {Theme} from './theme.ts';

/** How wide a terminal shows a text, in columns. */
export type Measure = (text: string) => number;

/** How a text is drawn. */
export interface Look {
	/** Width of the terminal in characters. */
	readonly columns: number;
	/** The same where what is drawn goes to a terminal and has to fit it; undefined where it is piped, and stays whole. */
	readonly fit?: number | undefined;
	readonly theme: Theme;
	readonly width: Measure;
}

/**
 * The measure for texts made of `sample`. Plain ASCII is as wide as it is long; only for more is string-width loaded,
 * whose tables of characters take Node 50 ms.
 */
export async function measureFor(sample: string): Promise<Measure> {
	if (/^[\x00-\x7f]*$/.test(sample)) return text => text.length;
	const {default: stringWidth} = await import('string-width');
	return stringWidth;
}
