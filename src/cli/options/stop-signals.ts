import {interruption} from '../../errors/interruption.ts';
import type {Io} from '../verb/io.ts';

/** Signals to tsbox as requests to stop a container. */
export interface StopSignals {
	/** Aborted by the first signal with an interruption as the reason. Asks for the stop signal and grace period. */
	readonly signal: AbortSignal;
	/** Aborted by the second signal. Asks for SIGKILL. */
	readonly force: AbortSignal;
	/** Restores the default action of the signals. */
	readonly close: () => void;
}

/**
 * Turns SIGINT, SIGTERM, SIGHUP, and SIGQUIT into requests to stop. A second signal is a request to kill.
 *
 * @param what - what the signals interrupt, for the error message
 */
export function stopSignals(io: Io, what: string): StopSignals {
	const stop = new AbortController();
	const force = new AbortController();
	const close = io.onSignal(name => (stop.signal.aborted ? force : stop).abort(interruption(what, name)));
	return {signal: stop.signal, force: force.signal, close};
}
