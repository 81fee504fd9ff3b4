import {
	chmodSync,
	copyFileSync,
	constants,
	lchownSync,
	lstatSync,
	lutimesSync,
	mkdirSync,
	readdirSync,
	readlinkSync,
	symlinkSync,
} from 'node:fs';
import {errnoOf} from '../errno.ts';
import type {OwnerMap} from './compare-trees.ts';
import {removeTree} from './remove-tree.ts';

/** The total size of all files in a folder, bytes. */
export function treeSize(path: string): number {
	const stats = lstatSync(path);
	if (!stats.isDirectory()) return stats.size;
	return readdirSync(path).reduce((sum, name) => sum + treeSize(`${path}/${name}`), 0);
}

/**
 * Copies a folder with modes, owners, and times. `inOrder` decides in which order a folder's entries are created. Symlinks are
 * copied as links; sockets, FIFOs, and devices are left out.
 */
export function copyTree(
	from: string,
	to: string,
	inOrder: (names: readonly string[]) => readonly string[],
	ownerOf: OwnerMap,
): void {
	const stats = lstatSync(from);
	if (stats.isDirectory()) {
		mkdirSync(to, {mode: 0o700});
		for (const name of inOrder(readdirSync(from))) copyTree(`${from}/${name}`, `${to}/${name}`, inOrder, ownerOf);
	} else if (stats.isSymbolicLink()) symlinkSync(readlinkSync(from), to);
	else if (stats.isFile()) copyFileSync(from, to, constants.COPYFILE_FICLONE);
	else return;
	const {uid, gid} = ownerOf(stats);
	lchownSync(to, uid, gid);
	if (!stats.isSymbolicLink()) chmodSync(to, stats.mode & 0o7777);
	lutimesSync(to, stats.atime, stats.mtime);
}

/** Copies a file to a new name. Throws EEXIST when the name is taken. Removes a partial copy. */
export function copyNew(from: string, to: string): void {
	try {
		copyFileSync(from, to, constants.COPYFILE_EXCL);
	} catch (error) {
		if (errnoOf(error) !== 'EEXIST') removeTree(to);
		throw error;
	}
}
