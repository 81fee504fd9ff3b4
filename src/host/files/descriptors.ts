import {closeSync, constants, fstatSync, ftruncateSync, openSync, readSync, unlinkSync, writeSync} from 'node:fs';

/** Makes a new file that only its owner can open, for writing. Throws EEXIST where the name is taken. */
export function openNew(path: string): number {
	return openSync(path, 'wx', 0o600);
}

/** Writes all bytes: write(2) may take less. */
export function writeAll(fd: number, bytes: Uint8Array): void {
	for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
}

/** Up to `length` bytes from `offset`. */
export function readAt(fd: number, offset: number, length: number): Buffer {
	const bytes = Buffer.alloc(length);
	return bytes.subarray(0, readSync(fd, bytes, 0, length, offset));
}

/** A file that programs print to, of which only the end counts. */
export interface EndFile {
	/** What they write to. */
	readonly fd: number;
	/** The last bytes that were written. */
	readonly end: () => Buffer;
	/** Closes and removes it. */
	readonly close: () => void;
}

/**
 * Makes a file of which the last `kept` bytes are kept: it is emptied each time that it is found longer than `most` bytes, since it may lie in
 * memory. No symlink is followed.
 */
export function openEndFile(path: string, kept: number, most: number): EndFile {
	const {O_WRONLY, O_CREAT, O_TRUNC, O_APPEND, O_NOFOLLOW} = constants;
	// O_APPEND: what is written after it was emptied begins at its start.
	const fd = openSync(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_NOFOLLOW, 0o600);
	const written = openSync(path, 'r');
	let before: Buffer = Buffer.alloc(0);
	const end = (): Buffer => {
		const last = readAt(written, Math.max(0, fstatSync(written).size - kept), kept);
		return Buffer.concat([before, last]).subarray(-kept);
	};
	const emptying = setInterval(() => {
		if (fstatSync(fd).size <= most) return;
		before = end();
		ftruncateSync(fd);
	}, 50);
	return {
		fd,
		end,
		close: () => {
			clearInterval(emptying);
			closeSync(written);
			closeSync(fd);
			unlinkSync(path);
		},
	};
}
