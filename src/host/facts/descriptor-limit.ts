import {readFileSync} from 'node:fs';

/** Descriptors that tsbox may need at once: Node opens all that an import needs together, and waits for ever without one. */
export const fewestDescriptors = 256;

/** How many descriptors this process may have; getrlimit(2). Node has raised the soft limit to the hard one. */
export function descriptorLimit(): number {
	const [, limit] = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
	return limit === undefined ? Number.POSITIVE_INFINITY : Number(limit);
}
