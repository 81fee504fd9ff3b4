import {closeSync, constants, fstatSync, openSync, readSync} from 'node:fs';

/** A file that others add to, read from its start, or from where it ended when it was opened. It can be read to its end after it was removed. */
export interface FollowedFile {
	/** The next bytes, at most `most`, and a part of `into` where that is given; undefined where there are none yet. */
	readonly read: (most: number, into?: Buffer) => Buffer | undefined;
	/** How many bytes are still to be read. */
	readonly behind: () => number;
	/** Goes on at this byte, where that lies ahead; gives how many were passed over. */
	readonly skipTo: (offset: number) => number;
	readonly close: () => void;
}

/** Opens a file at its start or its end; no symlink is followed, and what is no file is refused. Throws the system's error. */
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
		// Whoever adds to it may also have cut it.
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
