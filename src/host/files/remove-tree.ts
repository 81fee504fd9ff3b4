import {randomUUID} from 'node:crypto';
import {
	chmodSync,
	closeSync,
	constants,
	lstatSync,
	openSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmdirSync,
	unlinkSync,
} from 'node:fs';
import {dirname} from 'node:path';
import {setImmediate} from 'node:timers/promises';
import {errnoOf} from '../errno.ts';

/** Depth from which folders are moved to the top instead: each level holds a descriptor, and paths end at 4096 bytes. */
const maxDepth = 64;
/** Attempts for a tree from which other processes remove files at the same time. */
const attempts = 100;

/** An open folder. Names below it are reached without resolving its path again. */
interface Folder {
	readonly fd: number;
	/** The mount that it is on, `mnt_id` of proc_pid_fdinfo(5). Unlike st_dev it also differs between bind mounts. */
	readonly mount: string;
}

/**
 * Removes a folder and everything in it. A missing path is fine; a file or symlink is just removed.
 * Never follows a symlink and never enters a mount: a mount inside stays, and EBUSY is thrown.
 * Handles trees of any depth, names of any bytes, and folders that deny access to their owner (mode 000).
 */
export function removeTree(path: string): void {
	for (const _ of removal(path));
}

/** How long a removal may block the main thread at a time, ms. */
const slice = 2;

/** The same, but it yields to other work in this thread: removing a whole container takes about 20 ms. */
export async function removeTreeGently(path: string): Promise<void> {
	let since = performance.now();
	for (const _ of removal(path)) {
		if (performance.now() - since < slice) continue;
		await setImmediate();
		since = performance.now();
	}
}

/** Yields after each removed name. */
function* removal(path: string): Generator<void> {
	for (let attempt = 1; ; attempt++) {
		try {
			yield* removeFrom(path);
			return;
		} catch (error) {
			if (errnoOf(error) !== 'ENOENT' || attempt === attempts) throw error;
			if (lstatSync(path, {throwIfNoEntry: false}) === undefined) return;
			// Another process, such as a tar that ends, removed something meanwhile. Try again with what is left.
		}
	}
}

/** Whether an empty folder was removed, or is not there. Most folders of a container that ends are empty. */
function isRemoved(path: string | Buffer): boolean {
	try {
		rmdirSync(path);
		return true;
	} catch (error) {
		return errnoOf(error) === 'ENOENT';
	}
}

function* removeFrom(path: string): Generator<void> {
	if (lstatSync(path, {throwIfNoEntry: false}) === undefined || isRemoved(path)) return;
	const top = openFolder(Buffer.from(path));
	if (top === undefined) {
		unlinkSync(path);
		return;
	}
	try {
		const parent = openFolder(Buffer.from(`${dirname(path)}/.`));
		if (parent !== undefined) closeSync(parent.fd);
		if (parent !== undefined && parent.mount !== top.mount) throw mountedError(path);
		// Deep folders are moved to the top, so one pass may leave new names there.
		while (readdirSync(inside(top)).length > 0) yield* empty(top, top, 0);
	} finally {
		closeSync(top.fd);
	}
	rmdirSync(path);
}

function* empty(folder: Folder, top: Folder, depth: number): Generator<void> {
	for (const entry of readdirSync(inside(folder), {encoding: 'buffer', withFileTypes: true})) {
		const path = below(folder, entry.name);
		if (entry.isDirectory() && isRemoved(path)) {
			yield;
			continue;
		}
		const child = entry.isDirectory() ? openFolder(path) : undefined;
		if (child === undefined) {
			unlinkSync(path);
			yield;
			continue;
		}
		try {
			if (child.mount !== top.mount) throw mountedError(path.toString());
			if (depth < maxDepth) yield* empty(child, top, depth + 1);
			else moveContents(child, top);
		} finally {
			closeSync(child.fd);
		}
		rmdirSync(path);
		yield;
	}
}

function moveContents(folder: Folder, top: Folder): void {
	for (const name of readdirSync(inside(folder), {encoding: 'buffer'})) {
		renameSync(below(folder, name), below(top, Buffer.from(randomUUID())));
	}
}

/** Undefined for anything but a folder. */
function openFolder(path: Buffer): Folder | undefined {
	const flags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
	try {
		return folderOf(openSync(path, flags));
	} catch (error) {
		const errno = errnoOf(error);
		if (errno === 'ENOTDIR' || errno === 'ELOOP') return undefined;
		if (errno !== 'EACCES') throw error;
	}
	chmodSync(path, 0o700);
	return folderOf(openSync(path, flags));
}

function folderOf(fd: number): Folder {
	const mount = /^mnt_id:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1'))?.[1];
	return {fd, mount: mount ?? 'unknown'};
}

function inside(folder: Folder): string {
	return `/proc/self/fd/${folder.fd}`;
}

function below(folder: Folder, name: Buffer): Buffer {
	return Buffer.concat([Buffer.from(`${inside(folder)}/`), name]);
}

function mountedError(path: string): Error {
	return Object.assign(new Error(`EBUSY: a filesystem is mounted there, remove '${path}'`), {code: 'EBUSY', path});
}
