import {spawnSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {strace} from './traced-calls.ts';

/** Has `bin/tsbox` start Node, whatever it could do without. */
export const throughNode = {TSBOX_FRONT: 'off'};

/** Why a command line does not start without Node; undefined when it does. Needs strace(1). */
export function frontTrouble(scratch: string, words: readonly string[]): string | undefined {
	if (!readFileSync(join(import.meta.dirname, '../../bin/tsbox'), 'utf8').includes('TSBOX_FRONT'))
		return 'bin/tsbox has no start without Node';
	const file = join(scratch, 'trace');
	const [first = '', ...others] = [...strace(file), ...words];
	// What was not compiled before is this time.
	for (let times = 0; times < 2; times++)
		if (spawnSync(first, others, {stdio: 'ignore'}).status !== 0) return 'it fails below strace(1)';
	return /execve\([^,]*\/node"/.test(readFileSync(file, 'latin1')) ? 'it starts Node' : undefined;
}
