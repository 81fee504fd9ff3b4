import {closeSync, openSync} from 'node:fs';
import {isCharacterDevice, isTerminal} from '../files/is-terminal.ts';

/**
 * Replaces standard streams whose terminal was closed by /dev/null; must be the last call. Node restores the mode
 * of each terminal as it ends, and aborts when the kernel refuses that (node::ResetStdio), but it skips a
 * descriptor that now refers to another file.
 */
export function leaveTerminals(): void {
	for (const fd of [0, 1, 2]) {
		if (!isCharacterDevice(fd) || isTerminal(fd)) continue;
		closeSync(fd);
		// open(2) returns the lowest free number.
		openSync('/dev/null', 'r+');
	}
}
