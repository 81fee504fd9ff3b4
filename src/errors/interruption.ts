import {isTsboxError, TsboxError} from './tsbox-error.ts';

/** A signal that asks tsbox to stop. SIGQUIT is Ctrl-\\; by itself it would end Node with everything left behind. */
export type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGQUIT';

/**
 * The reason that an AbortSignal of tsbox's own is aborted with. Whatever waits for that signal throws its reason as it is.
 *
 * @param what - what the signal ends, such as `the start`
 * @param name - the signal of the process that asks for it
 */
export function interruption(what: string, name: string): TsboxError {
	return new TsboxError('E_INTERRUPTED', `${what} was interrupted`, {cause: name});
}

/** The name of the signal that an {@link interruption} came from: `SIGINT`. */
export function signalOf({reason}: AbortSignal): string {
	return String(isTsboxError(reason) ? reason.cause : reason);
}
