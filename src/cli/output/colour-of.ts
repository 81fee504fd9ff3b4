import {hasColour} from '../../view/text/theme.ts';
import type {Io, StandardStream} from '../verb/io.ts';

/** Whether what goes to a stream is coloured: FORCE_COLOR, NO_COLOR, the `theme` of the configuration, then the stream. */
export function colourOf(io: Io, stream: StandardStream): boolean {
	const isOff = io.theme === 'none' && io.env['FORCE_COLOR'] === undefined;
	return !isOff && hasColour(io.env, io.isTerminal(stream));
}
