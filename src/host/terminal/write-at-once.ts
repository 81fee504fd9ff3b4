import {writeSync} from 'node:fs';

/** Writes to a terminal without waiting. A terminal that is blocked or gone must not keep a process from ending. */
export function writeAtOnce(fd: number, bytes: string): void {
	try {
		writeSync(fd, bytes);
	} catch {}
}
