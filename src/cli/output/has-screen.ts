import {isCapable} from '../../view/text/theme.ts';
import type {Io} from '../verb/io.ts';

/** Whether the dashboard can be drawn: a person sits at a terminal that can move its cursor, whatever CI says. */
export function hasDashScreen(io: Io): boolean {
	return io.isTerminal('stdout') && io.isTerminal('stdin') && isCapable({...io.env, CI: undefined});
}

/** Whether progress can be drawn: standard error is a terminal that can move its cursor, and no log of a CI job. */
export function hasScreen(io: Io): boolean {
	return isCapable(io.env) && io.isTerminal('stderr');
}
