import {join} from 'node:path';
import type {Io} from './io.ts';

/** The program that a supervisor is started with: this very one. */
export function programOf({packageFolder}: Io): string {
	return join(packageFolder, 'bin/tsbox');
}
