import type {Io} from './io.ts';

/** What signals to tsbox ask of a running container. */
export interface StopSignals {
	/** Aborted by the first signal, with its name as reason: stop in the container's own way. */
	readonly signal: AbortSignal;
	/** Aborted by the second one: stop at once. */
	readonly force: AbortSignal;
	/** Lets signals end the process again. */
	readonly close: () => void;
}

/** Turns SIGINT, SIGTERM and SIGHUP into requests to stop; a second one is a request to hurry. */
export function stopSignals(io: Io): StopSignals {
	const stop = new AbortController();
	const force = new AbortController();
	const close = io.onSignal(name => (stop.signal.aborted ? force : stop).abort(name));
	return {signal: stop.signal, force: force.signal, close};
}
