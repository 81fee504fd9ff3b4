import {isTsboxError} from '../../src/errors/tsbox-error.ts';

/** What is told of a spec that cannot be read: the lines of the problems, and the hint of the first. */
export function complaintOf(load: () => unknown): string {
	try {
		load();
		return 'no error';
	} catch (error) {
		if (!isTsboxError(error)) throw error;
		return `${error.message}\n${error.output ?? ''}\n${error.hint ?? ''}`;
	}
}
