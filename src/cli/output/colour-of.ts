import {hasColour} from '../../view/text/theme.ts';
import type {Io, StandardStream} from '../verb/io.ts';

/** Whether output to a stream has colors. FORCE_COLOR comes first, then NO_COLOR, the `theme` of the configuration, and the stream. */
export function colourOf(io: Io, stream: StandardStream): boolean {
	const isOff = io.theme === 'none' && io.env['FORCE_COLOR'] === undefined;
	return !isOff && hasColour(io.env, io.isTerminal(stream));
}
