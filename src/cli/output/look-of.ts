import {type Look, measureFor} from '../../view/text/look.ts';
import type {Io, StandardStream} from '../verb/io.ts';
import {themeOf} from './theme-of.ts';

/** The theme, width, and measure to draw `shown` on a stream. */
export async function lookOf(io: Io, stream: StandardStream, shown: unknown): Promise<Look> {
	const columns = io.columns();
	return {
		columns,
		fit: io.isTerminal(stream) ? columns : undefined,
		theme: themeOf(io, stream),
		width: await measureFor(JSON.stringify(shown) ?? ''),
	};
}
