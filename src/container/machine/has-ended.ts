import {TsboxError} from '../../errors/tsbox-error.ts';

/** The error for a container that ended while tsbox worked on it. */
export function hasEnded(name: string): TsboxError {
	return new TsboxError('E_NO_SUCH_CONTAINER', `${name} has just ended`, {
		hint: 'list all containers with `tsbox ps -a`',
	});
}

/**
 * Runs `work`. A vanished cgroup, ENOENT or ENODEV, means that the container has ended.
 *
 * @throws TsboxError E_NO_SUCH_CONTAINER for a vanished cgroup; other errors pass through.
 */
export async function unlessEnded<T>(name: string, work: () => T | Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		const {code} = error as NodeJS.ErrnoException;
		throw code === 'ENOENT' || code === 'ENODEV' ? hasEnded(name) : error;
	}
}
