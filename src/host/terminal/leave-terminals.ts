import {closeSync, fstatSync, openSync} from 'node:fs';

/**
 * Puts /dev/null in the place of standard streams whose terminal was closed; to be called last of all. Node sets the mode
 * of each terminal again as it ends, and aborts where the kernel refuses that (node::ResetStdio): but not for a
 * descriptor that has become another file.
 */
export function leaveTerminals(): void {
	for (const fd of [0, 1, 2]) {
		try {
			// node:tty is loaded where there is something to ask: it takes 3 ms.
			if (!fstatSync(fd).isCharacterDevice() || process.getBuiltinModule('node:tty').isatty(fd)) continue;
			closeSync(fd);
			// open(2) gives the lowest number that is free.
			openSync('/dev/null', 'r+');
		} catch {
			// It was closed before.
		}
	}
}
