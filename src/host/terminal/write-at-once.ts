import {writeSync} from 'node:fs';

/** Writes to a terminal without waiting. One that takes no more at the moment, or has gone, must not keep a process from its end. */
export function writeAtOnce(fd: number, bytes: string): void {
	try {
		writeSync(fd, bytes);
	} catch {}
}
