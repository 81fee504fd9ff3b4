import type {Machine} from './machine.ts';

/** The folder for output of a detached container. It is on disk and stays as long as the container. */
export function logFolder({dirs}: Pick<Machine, 'dirs'>, name: string): string {
	return `${dirs.store}/logs/${name}`;
}
