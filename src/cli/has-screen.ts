import {isCapable} from '../view/theme.ts';
import type {Io} from './io.ts';

/** Whether progress can be drawn: standard error is a terminal that can move its cursor, and no log of a CI job. */
export function hasScreen(io: Io): boolean {
	return isCapable(io.env) && io.isTerminal('stderr');
}
