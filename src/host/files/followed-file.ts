import {closeSync, constants, fstatSync, openSync, readSync} from 'node:fs';

/** A growing file, read from its start or from its end at opening. It can be read to its end even after it was removed. */
export interface FollowedFile {
	/** The next bytes, at most `most`, as a part of `into` if given; undefined when there are none yet. */
	readonly read: (most: number, into?: Buffer) => Buffer | undefined;
	/** The number of unread bytes. */
	readonly behind: () => number;
	/** Skips ahead to this offset and returns the number of skipped bytes; never goes back. */
	readonly skipTo: (offset: number) => number;
	readonly close: () => void;
}

/** Opens a file at its start or end. Follows no symlink and refuses anything but a regular file. Throws the system's error. */
export function followFile(path: string, from: 'start' | 'end'): FollowedFile {
	const {O_RDONLY, O_NOFOLLOW, O_NONBLOCK} = constants;
	const fd = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
	const facts = fstatSync(fd);
	if (!facts.isFile()) {
		closeSync(fd);
		throw new Error(`${path} is not a file`);
	}
	let at = from === 'start' ? 0 : facts.size;
	const behind = (): number => {
		const {size} = fstatSync(fd);
		// The writer may have truncated the file.
		at = Math.min(at, size);
		return size - at;
	};
	return {
		behind,
		read: (most, into) => {
			const length = Math.min(most, behind());
			if (length === 0) return undefined;
			const bytes = into ?? Buffer.allocUnsafe(length);
			const got = readSync(fd, bytes, 0, length, at);
			at += got;
			return got === 0 ? undefined : bytes.subarray(0, got);
		},
		skipTo: offset => {
			const passed = Math.max(0, offset - at);
			at += passed;
			return passed;
		},
		close: () => closeSync(fd),
	};
}
