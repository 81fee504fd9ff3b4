import {isError} from '../errors/is-error.ts';
/** The errno name of a system error (`ENOENT`), or undefined for any other value. */
export function errnoOf(error: unknown): string | undefined {
	return isError(error) && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** What `read` gives, or undefined where the caller may not look: others than root plan without root's store and state. */
export function unlessForbidden<T>(read: () => T): T | undefined {
	try {
		return read();
	} catch (error) {
		if (errnoOf(error) === 'EACCES') return undefined;
		throw error;
	}
}
