import {readFileSync} from 'node:fs';

/** How many file descriptors tsbox may need at once. Node opens all files of an import together, and hangs when it runs out. */
export const fewestDescriptors = 256;

/** The limit of file descriptors of this process; getrlimit(2). Node has raised the soft limit to the hard one. */
export function descriptorLimit(): number {
	const [, limit] = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
	return limit === undefined ? Number.POSITIVE_INFINITY : Number(limit);
}
