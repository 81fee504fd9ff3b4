import {types} from 'node:util';

/**
 * Tells whether it is an error, also one of another realm: code that Jest or vitest's vmThreads run is in a vm context, whose
 * `Error` is not the one that errors of node:fs are made of. A DOMException is what an AbortSignal gives as its reason.
 */
export function isError(thrown: unknown): thrown is Error {
	return (
		thrown instanceof Error ||
		types.isNativeError(thrown) ||
		Object.prototype.toString.call(thrown) === '[object DOMException]'
	);
}

/** What was thrown, in its own words. */
export function messageOf(thrown: unknown): string {
	return isError(thrown) ? thrown.message : String(thrown);
}

/** What was thrown as an error, whatever it is. */
export function toError(thrown: unknown): Error {
	return isError(thrown) ? thrown : new Error(String(thrown));
}
