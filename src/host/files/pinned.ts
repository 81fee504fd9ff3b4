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
 * A folder held open by a descriptor, so that no other process can replace it. Names are looked up below the descriptor, and
 * symlinks are never followed. For trees that a container can write.
 */
export interface Pinned {
	readonly fd: number;
	/** Its current path without symlinks. */
	readonly real: string;
}

/** O_PATH of open(2): a location, not an open file. The same number on all architectures but alpha, parisc, and sparc. */
const O_PATH = 0o10_000_000;

/** Opens a folder of the host; symlinks in its path are followed. Throws the system's error. */
export function pin(path: string): Pinned {
	return pinned(openSync(path, O_PATH | constants.O_DIRECTORY));
}

/** Opens a folder inside a pinned one; undefined when the name does not exist or is not a folder. */
export function pinBelow(folder: Pinned, name: Buffer | string): Pinned | undefined {
	try {
		return pinned(openSync(below(folder, name), O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW));
	} catch (error) {
		if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(errnoOf(error) ?? '')) return undefined;
		throw error;
	}
}

/** Opens a process's root folder as that process sees it; undefined when it is gone or the caller may not access it. */
export function pinRoot(pid: number): Pinned | undefined {
	try {
		return pin(`/proc/${pid}/root`);
	} catch (error) {
		if (errnoOf(error) === undefined) throw error;
		return undefined;
	}
}

/** Closes the folder. */
export function unpin({fd}: Pinned): void {
	closeSync(fd);
}

/** The path of a name in a pinned folder, valid in this process while the folder is open. */
function below(folder: Pinned, name: Buffer | string): Buffer {
	return Buffer.concat([Buffer.from(`${pathOf(folder)}/`), Buffer.from(name)]);
}

/** The path of a pinned folder, valid in this process while the folder is open. */
export function pathOf({fd}: Pick<Pinned, 'fd'>): string {
	return `/proc/self/fd/${fd}`;
}

/** lstat(2) of a name in a pinned folder; undefined when it does not exist. */
export function statBelow(folder: Pinned, name: Buffer | string): Stats | undefined {
	return lstatSync(below(folder, name), {throwIfNoEntry: false});
}

/** The target of a symlink in a pinned folder, as bytes. Throws the system's error, EINVAL when it is not a symlink. */
export function linkBelow(folder: Pinned, name: Buffer | string): Buffer {
	return readlinkSync(below(folder, name), {encoding: 'buffer'});
}

/**
 * Opens a regular file in a pinned folder for reading; undefined when the name does not exist or is not a regular file. It checks the type
 * on an O_PATH descriptor first, because opening a device or a FIFO has effects. Throws EACCES.
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
 * Passes the bytes of a regular file in a pinned folder to `take`, in chunks. False when it is not readable or not a regular file.
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

/** The names in a pinned folder, as bytes. Throws EACCES like readdir(3). */
export function namesIn(folder: Pinned): readonly Buffer[] {
	return readdirSync(pathOf(folder), {encoding: 'buffer'}).sort((one, other) => one.compare(other));
}

/** The names in a folder; undefined when the caller may not read the folder, or may read names but not look them up. */
export function readableNames(folder: Pinned): readonly Buffer[] | undefined {
	try {
		statBelow(folder, '.');
		return namesIn(folder);
	} catch (error) {
		if (errnoOf(error) === 'EACCES') return undefined;
		throw error;
	}
}

/**
 * Moves an entry of one pinned folder into another. Existing folders stay and are merged with the moved ones.
 *
 * @returns The path, from the top, of a conflict: a folder that would replace another kind of file, or the other way round. In that case
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
		// The source folder is removed after it is emptied, but its mode may deny that to its owner.
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

/** An unprivileged caller can move a folder only if it is writable, because the move changes its `..` entry. */
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
