import {closeSync, constants, openSync, writeSync} from 'node:fs';

/** A file with a copy of some output. */
export interface OutputCopy {
	/** Appends bytes. Bytes that cannot be written, as on a full disk, are dropped and counted. */
	readonly write: (bytes: Uint8Array) => void;
	/** The number of dropped bytes. */
	readonly lost: () => number;
	readonly close: () => void;
}

/** Creates the file of a copy. Throws the system's error. */
export function outputCopy(path: string): OutputCopy {
	const {O_WRONLY, O_APPEND, O_CREAT, O_EXCL} = constants;
	const fd = openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_EXCL, 0o600);
	let lost = 0;
	return {
		write: bytes => {
			let written = 0;
			try {
				// write(2) may write fewer bytes.
				while (lost === 0 && written < bytes.length) written += writeSync(fd, bytes, written);
			} catch {
				// Later bytes would be in the wrong place, so all of them are dropped.
			}
			lost += bytes.length - written;
		},
		lost: () => lost,
		close: () => closeSync(fd),
	};
}
