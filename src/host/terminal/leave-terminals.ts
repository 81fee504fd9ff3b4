import {closeSync, fstatSync, openSync} from 'node:fs';

/**
 * Replaces standard streams whose terminal was closed by /dev/null; must be the last call. Node restores the mode
 * of each terminal as it ends, and aborts when the kernel refuses that (node::ResetStdio), but it skips a
 * descriptor that now refers to another file.
 */
export function leaveTerminals(): void {
	for (const fd of [0, 1, 2]) {
		try {
			// Load node:tty only when needed: it takes 3 ms.
			if (!fstatSync(fd).isCharacterDevice() || process.getBuiltinModule('node:tty').isatty(fd)) continue;
			closeSync(fd);
			// open(2) returns the lowest free number.
			openSync('/dev/null', 'r+');
		} catch {
			// The descriptor was already closed.
		}
	}
}
