import {isTsboxError, TsboxError} from './tsbox-error.ts';

/** A signal that asks tsbox to stop. SIGQUIT is Ctrl-\\; its default action would end Node without any cleanup. */
export type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGQUIT';

/**
 * The abort reason of tsbox's own AbortSignals. Functions that wait for such a signal throw this reason unchanged.
 *
 * @param what - what the signal ends, such as `the start`
 * @param name - the process signal that caused it, such as `SIGINT`
 */
export function interruption(what: string, name: string): TsboxError {
	return new TsboxError('E_INTERRUPTED', `${what} was interrupted`, {cause: name});
}

/** The process signal behind an {@link interruption}: `SIGINT`. */
export function signalOf({reason}: AbortSignal): string {
	return String(isTsboxError(reason) ? reason.cause : reason);
}
