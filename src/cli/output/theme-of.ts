import {type Theme, theme} from '../../view/text/theme.ts';
import {colourOf} from './colour-of.ts';
import type {Io, StandardStream} from '../verb/io.ts';

/** The theme for a stream. */
export function themeOf(io: Io, stream: StandardStream): Theme {
	return theme(colourOf(io, stream), io.theme === 'light');
}
