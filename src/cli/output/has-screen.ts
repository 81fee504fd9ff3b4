import {isCapable} from '../../view/text/theme.ts';
import type {Io} from '../verb/io.ts';

/** Whether the dashboard can be drawn: input and output are terminals that can move the cursor. CI is ignored. */
export function hasDashScreen(io: Io): boolean {
	return io.isTerminal('stdout') && io.isTerminal('stdin') && isCapable({...io.env, CI: undefined});
}

/** Whether progress can be drawn: standard error is a terminal that can move its cursor, outside a CI job. */
export function hasScreen(io: Io): boolean {
	return isCapable(io.env) && io.isTerminal('stderr');
}
