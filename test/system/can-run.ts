import {execFileSync} from 'node:child_process';

/** Whether the machine has a program. */
export function canRun(name: string): boolean {
	try {
		execFileSync('sh', ['-c', 'command -v "$1"', 'sh', name], {stdio: 'ignore'});
		return true;
	} catch {
		return false;
	}
}
