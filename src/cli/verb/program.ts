import {join} from 'node:path';
import type {Io} from './io.ts';

/** The path of the tsbox program, which also runs as the supervisor. */
export function programOf({packageFolder}: Io): string {
	return join(packageFolder, 'bin/tsbox');
}
