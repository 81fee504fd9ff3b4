import {createHash} from 'node:crypto';
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
import {changedOwner, type OwnerChange} from './owner-change.ts';
import type {Variation} from './variation.ts';

/** Bytes of all files in a folder. */
export function treeSize(path: string): number {
	const stats = lstatSync(path);
	if (!stats.isDirectory()) return stats.size;
	return readdirSync(path).reduce((sum, name) => sum + treeSize(`${path}/${name}`), 0);
}

/**
 * Copies a folder with its modes, owners and times, its names made in this order. Where a filesystem tells names in the
 * order in which they were made (tmpfs, btrfs, xfs), a program that does not sort meets them in another one. Symlinks are
 * copied as they are; sockets, FIFOs and devices are left out.
 *
 * @param owners - whose files become whose; without, nobody's
 */
export function copyTree(from: string, to: string, order: Variation['order'], owners?: OwnerChange): void {
	const stats = lstatSync(from);
	if (stats.isDirectory()) {
		mkdirSync(to, {mode: 0o700});
		for (const name of inOrder(readdirSync(from), order)) copyTree(`${from}/${name}`, `${to}/${name}`, order, owners);
	} else if (stats.isSymbolicLink()) symlinkSync(readlinkSync(from), to);
	else if (stats.isFile()) copyFileSync(from, to, constants.COPYFILE_FICLONE);
	else return;
	const {uid, gid} = owners === undefined ? stats : changedOwner(stats, owners);
	lchownSync(to, uid, gid);
	if (!stats.isSymbolicLink()) chmodSync(to, stats.mode & 0o7777);
	lutimesSync(to, stats.atime, stats.mtime);
}

function inOrder(names: readonly string[], order: Variation['order']): readonly string[] {
	const sorted = names.toSorted();
	if (order === 'sorted') return sorted;
	if (order === 'reversed') return sorted.toReversed();
	const mixed = (name: string): string => createHash('sha256').update(name).digest('hex');
	return sorted.toSorted((one, other) => (mixed(one) < mixed(other) ? -1 : 1));
}
