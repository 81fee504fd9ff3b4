import {types} from 'node:util';

/**
 * Recognizes errors of other realms too. Jest and vitest's vmThreads run code in a vm context whose `Error` is not the class of the
 * errors from node:fs. An AbortSignal's default reason is a DOMException.
 */
export function isError(thrown: unknown): thrown is Error {
	return (
		thrown instanceof Error ||
		types.isNativeError(thrown) ||
		Object.prototype.toString.call(thrown) === '[object DOMException]'
	);
}

/** The message of a thrown value. */
export function messageOf(thrown: unknown): string {
	return isError(thrown) ? thrown.message : String(thrown);
}

/** A thrown value as an error. */
export function toError(thrown: unknown): Error {
	return isError(thrown) ? thrown : new Error(String(thrown));
}
