import {interruption} from '../../errors/interruption.ts';
import type {Io} from '../verb/io.ts';

/** What signals to tsbox ask of a running container. */
export interface StopSignals {
	/** Aborted by the first signal, with an interruption as reason: stop in the container's own way. */
	readonly signal: AbortSignal;
	/** Aborted by the second one: stop at once. */
	readonly force: AbortSignal;
	/** Lets signals end the process again. */
	readonly close: () => void;
}

/**
 * Turns SIGINT, SIGTERM, SIGHUP and SIGQUIT into requests to stop; a second one is a request to hurry.
 *
 * @param what - what they end, as the error says it
 */
export function stopSignals(io: Io, what: string): StopSignals {
	const stop = new AbortController();
	const force = new AbortController();
	const close = io.onSignal(name => (stop.signal.aborted ? force : stop).abort(interruption(what, name)));
	return {signal: stop.signal, force: force.signal, close};
}
