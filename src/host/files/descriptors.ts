import {
	closeSync,
	constants,
	fstatSync,
	fsyncSync,
	ftruncateSync,
	openSync,
	readSync,
	unlinkSync,
	writeSync,
} from 'node:fs';

/** Creates a file for writing that only its owner can open. Throws EEXIST when the name is taken. */
export function openNew(path: string): number {
	return openSync(path, 'wx', 0o600);
}

/** Writes all bytes, because write(2) may write fewer. */
export function writeAll(fd: number, bytes: Uint8Array): void {
	for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
}

/** Writes a file's bytes to the disk: fsync(2). */
export function syncFile(fd: number): void {
	fsyncSync(fd);
}

/** Reads up to `length` bytes from `offset`. */
export function readAt(fd: number, offset: number, length: number): Buffer {
	const bytes = Buffer.alloc(length);
	return bytes.subarray(0, readSync(fd, bytes, 0, length, offset));
}

/** A file for the output of programs that keeps only its end. */
export interface EndFile {
	/** The descriptor for the programs to write to. */
	readonly fd: number;
	/** The last bytes written. */
	readonly end: () => Buffer;
	/** Closes and removes the file. */
	readonly close: () => void;
}

/**
 * Creates a file that keeps the last `kept` bytes. It is truncated whenever it is longer than `most` bytes, because it may be in
 * memory. Follows no symlink.
 */
export function openEndFile(path: string, kept: number, most: number): EndFile {
	const {O_WRONLY, O_CREAT, O_TRUNC, O_APPEND, O_NOFOLLOW} = constants;
	// With O_APPEND, writes after a truncation begin at offset 0.
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
