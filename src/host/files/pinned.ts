import {
	chmodSync,
	closeSync,
	constants,
	fstatSync,
	lstatSync,
	openSync,
	readdirSync,
	readlinkSync,
	readSync,
	renameSync,
	type Stats,
} from 'node:fs';
import {errnoOf, unlessForbidden} from '../errno.ts';

export type {Stats} from 'node:fs';

/**
 * A folder that is held open, so that nobody can put another in its place: names are looked up below the descriptor, and
 * a symlink is never followed. For trees that a container can write.
 */
export interface Pinned {
	readonly fd: number;
	/** Its path at the moment, every symlink resolved. */
	readonly real: string;
}

/** open(2): a place, not a file; the same number on all architectures but alpha, parisc and sparc. */
const O_PATH = 0o10_000_000;

/** Holds a folder of the host; symlinks in its path are followed. Throws the system's error. */
export function pin(path: string): Pinned {
	return pinned(openSync(path, O_PATH | constants.O_DIRECTORY));
}

/** Holds a folder in a held one; undefined where there is none of that name, or it is no folder itself. */
export function pinBelow(folder: Pinned, name: Buffer | string): Pinned | undefined {
	try {
		return pinned(openSync(below(folder, name), O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW));
	} catch (error) {
		if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(errnoOf(error) ?? '')) return undefined;
		throw error;
	}
}

/** Holds the root folder of a process, as that process sees it; undefined where it is gone, or not the caller's to look into. */
export function pinRoot(pid: number): Pinned | undefined {
	try {
		return pin(`/proc/${pid}/root`);
	} catch (error) {
		if (errnoOf(error) === undefined) throw error;
		return undefined;
	}
}

/** Lets it go. */
export function unpin({fd}: Pinned): void {
	closeSync(fd);
}

/** The path of a name in a held folder, for as long as this process holds it. */
function below(folder: Pinned, name: Buffer | string): Buffer {
	return Buffer.concat([Buffer.from(`${pathOf(folder)}/`), Buffer.from(name)]);
}

/** The path of a held folder, for as long as this process holds it. */
export function pathOf({fd}: Pick<Pinned, 'fd'>): string {
	return `/proc/self/fd/${fd}`;
}

/** lstat(2) of a name in a held folder; undefined when nothing is there. */
export function statBelow(folder: Pinned, name: Buffer | string): Stats | undefined {
	return lstatSync(below(folder, name), {throwIfNoEntry: false});
}

/** The target of a symlink in a held folder, by its bytes. Throws the system's error, EINVAL where it is none. */
export function linkBelow(folder: Pinned, name: Buffer | string): Buffer {
	return readlinkSync(below(folder, name), {encoding: 'buffer'});
}

/**
 * Opens a regular file in a held folder for reading; undefined where there is none of that name, or it is something else:
 * that is looked at before anything is opened in earnest, since opening a device or a FIFO does something. Throws EACCES.
 */
export function openBelow(folder: Pinned, name: Buffer | string): number | undefined {
	let place: number;
	try {
		place = openSync(below(folder, name), O_PATH | constants.O_NOFOLLOW);
	} catch (error) {
		if (errnoOf(error) === 'ENOENT') return undefined;
		throw error;
	}
	try {
		return fstatSync(place).isFile() ? openSync(pathOf({fd: place}), constants.O_RDONLY) : undefined;
	} finally {
		closeSync(place);
	}
}

/**
 * Gives the bytes of a regular file in a held folder to `take`, in pieces. False where it may not be read, or is none.
 * Throws the system's error.
 */
export function readBelow(folder: Pinned, name: Buffer | string, take: (bytes: Buffer) => void): boolean {
	const fd = unlessForbidden(() => openBelow(folder, name));
	if (fd === undefined) return false;
	try {
		const piece = Buffer.allocUnsafe(256 * 1024);
		for (let length = readSync(fd, piece); length > 0; length = readSync(fd, piece)) take(piece.subarray(0, length));
		return true;
	} finally {
		closeSync(fd);
	}
}

/** The names in a held folder, by their bytes. Throws EACCES as readdir(3). */
export function namesIn(folder: Pinned): readonly Buffer[] {
	return readdirSync(pathOf(folder), {encoding: 'buffer'}).sort((one, other) => one.compare(other));
}

/**
 * Moves what has a name in one held folder into another. A folder that is there already is kept, and gets what is in the
 * other.
 *
 * @returns The name, from the top, of what can't be replaced: a folder by something else, or the other way round. Then
 * nothing was moved.
 */
export function moveMerged(from: Pinned, name: Buffer, to: Pinned, newName: Buffer): Buffer | undefined {
	const conflict = merge(from, name, to, newName, false);
	if (conflict === undefined) merge(from, name, to, newName, true);
	return conflict;
}

function merge(from: Pinned, name: Buffer, to: Pinned, newName: Buffer, doIt: boolean): Buffer | undefined {
	const there = statBelow(to, newName);
	if (there === undefined) return doIt ? move(from, name, to, newName) : undefined;
	const source = pinBelow(from, name);
	const target = pinBelow(to, newName);
	try {
		if (source === undefined && target === undefined) return doIt ? move(from, name, to, newName) : undefined;
		if (source === undefined || target === undefined) return newName;
		// It goes when it was emptied, and may have denied its owner to do that.
		chmodSync(pathOf(source), 0o700);
		for (const child of namesIn(source)) {
			const conflict = merge(source, child, target, child, doIt);
			if (conflict !== undefined) return Buffer.concat([newName, Buffer.from('/'), conflict]);
		}
		return undefined;
	} finally {
		for (const folder of [source, target]) if (folder !== undefined) unpin(folder);
	}
}

/** A folder that changes its parent must be writable to whoever has no power over it: its `..` is a part of it. */
function move(from: Pinned, name: Buffer, to: Pinned, newName: Buffer): undefined {
	const folder = pinBelow(from, name);
	try {
		const mode = folder === undefined ? 0o700 : fstatSync(folder.fd).mode & 0o7777;
		const closed = folder !== undefined && (mode & 0o200) === 0;
		if (closed) chmodSync(pathOf(folder), mode | 0o200);
		renameSync(below(from, name), below(to, newName));
		if (closed) chmodSync(pathOf(folder), mode);
	} finally {
		if (folder !== undefined) unpin(folder);
	}
}

function pinned(fd: number): Pinned {
	return {fd, real: readlinkSync(pathOf({fd}))};
}
