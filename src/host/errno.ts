import {isError} from '../errors/is-error.ts';

/** The errno name of a system error (`ENOENT`); undefined for any other value. */
export function errnoOf(error: unknown): string | undefined {
	return isError(error) && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Returns the result of `read`; undefined without permission. Unprivileged users make plans without root's store and state. */
export function unlessForbidden<T>(read: () => T): T | undefined {
	try {
		return read();
	} catch (error) {
		if (errnoOf(error) === 'EACCES') return undefined;
		throw error;
	}
}
