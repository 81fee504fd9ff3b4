import {writeSync} from 'node:fs';

/** Writes to a terminal without waiting. A terminal that is blocked or gone must not keep a process from ending. */
export function writeAtOnce(fd: number, bytes: string): void {
	try {
		writeSync(fd, bytes);
	} catch {}
}

/**
 * Writes text to a descriptor.
 *
 * @returns What could not be written, because it does not wait, because its reader has gone, or for another reason
 */
export function writeWhatFits(fd: number, text: string): Uint8Array {
	let rest = Buffer.from(text);
	try {
		while (rest.length > 0) rest = rest.subarray(writeSync(fd, rest));
	} catch {}
	return rest;
}
