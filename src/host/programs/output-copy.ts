import {closeSync, constants, openSync, writeSync} from 'node:fs';

/** A file that a copy of some output is added to. */
export interface OutputCopy {
	/** Adds bytes; those that can't be written, as on a full disk, are counted and lost. */
	readonly write: (bytes: Uint8Array) => void;
	/** Bytes that were lost. */
	readonly lost: () => number;
	readonly close: () => void;
}

/** Makes a new file for a copy; throws the system's error where it can't be made. */
export function outputCopy(path: string): OutputCopy {
	const {O_WRONLY, O_APPEND, O_CREAT, O_EXCL} = constants;
	const fd = openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_EXCL, 0o600);
	let lost = 0;
	return {
		write: bytes => {
			let written = 0;
			try {
				// write(2) may take less than all.
				while (lost === 0 && written < bytes.length) written += writeSync(fd, bytes, written);
			} catch {
				// What follows would be out of its place.
			}
			lost += bytes.length - written;
		},
		lost: () => lost,
		close: () => closeSync(fd),
	};
}
