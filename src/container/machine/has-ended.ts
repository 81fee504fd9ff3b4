import {TsboxError} from '../../errors/tsbox-error.ts';

/** What is said of a container that ended under our hands. */
export function hasEnded(name: string): TsboxError {
	return new TsboxError('E_NO_SUCH_CONTAINER', `${name} has just ended`, {hint: '`tsbox ps -a` lists all containers'});
}

/**
 * Tells a cgroup that went away, ENOENT or ENODEV, as what it means: its container has ended.
 *
 * @throws TsboxError E_NO_SUCH_CONTAINER for that; any other error of the work as it is.
 */
export async function unlessEnded<T>(name: string, work: () => T | Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		const {code} = error as NodeJS.ErrnoException;
		throw code === 'ENOENT' || code === 'ENODEV' ? hasEnded(name) : error;
	}
}
