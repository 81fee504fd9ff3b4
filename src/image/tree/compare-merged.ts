import type {Host} from '../../host/host.ts';
import {readAt} from '../../host/files/descriptors.ts';
import {linkBelow, namesIn, openBelow, type Pinned, type Stats, statBelow} from '../../host/files/pinned.ts';
import {closeDescriptor} from '../../host/programs/stdio.ts';
import {errnoOf} from '../../host/errno.ts';
import {closeMerged, type MergedFolder, mergedBelow, openMerged, statMerged} from '../store/merged-folder.ts';

/** A path that the second tree adds (A), has otherwise (C), or does not have (D). */
export interface TreeChange {
	readonly change: 'A' | 'C' | 'D';
	/** Absolute. */
	readonly path: string;
	/** Whether it is a file, and not a folder, in one of the two trees. */
	readonly isFile: boolean;
	/** What differs of a changed path. */
	readonly what: readonly ('kind' | 'mode' | 'owner' | 'bytes' | 'target')[];
	/** Bytes of the file in the first tree, and in the second; null where there is none. */
	readonly before: number | null;
	readonly after: number | null;
}

/** The result of {@link compareMerged}. */
export interface TreeComparison {
	/** In the order of paths. */
	readonly changes: readonly TreeChange[];
	/** Folders that the caller may not read, or that are too deep. */
	readonly unread: readonly string[];
}

/** Most levels to walk: each holds a descriptor open for every layer. */
const maxDepth = 200;

/** Bytes of two files that are compared at a time. */
const piece = 1024 * 1024;

/**
 * Compares two trees of layers as overlays show them: names, kinds, modes, owners, targets of symlinks, and bytes, but neither times nor
 * extended attributes. A folder that both have from the same layers is not walked. Symlinks are not followed.
 *
 * @param one - the folders of the layers of the first tree, topmost first
 * @param covered - paths that are not looked at
 */
export function compareMerged(
	host: Host,
	one: readonly string[],
	other: readonly string[],
	covered: readonly string[] = [],
): TreeComparison {
	const changes: TreeChange[] = [];
	const unread: string[] = [];
	const skipped = new Set(covered);
	const walk = (a: MergedFolder | undefined, b: MergedFolder | undefined, path: string, depth: number): void => {
		if (a !== undefined && b !== undefined && isSame(a, b)) return;
		const names = depth > maxDepth ? undefined : namesOf(a, b);
		if (names === undefined) {
			unread.push(path);
			return;
		}
		for (const name of names) {
			const at = `${path}/${name.toString()}`;
			if (skipped.has(at)) continue;
			const [before, after] = [a && statMerged(a, name), b && statMerged(b, name)];
			const found = before === undefined && after === undefined ? undefined : changeOf(a, b, name, before, after);
			if (found !== undefined) changes.push({...found, path: at});
			if (before?.isDirectory() !== true && after?.isDirectory() !== true) continue;
			const [below, beside] = [a && mergedBelow(a, name), b && mergedBelow(b, name)];
			try {
				walk(below, beside, at, depth + 1);
			} finally {
				for (const folder of [below, beside]) if (folder !== undefined) closeMerged(folder);
			}
		}
	};
	const first = openMerged(host, one);
	try {
		const second = openMerged(host, other);
		try {
			walk(first, second, '', 0);
		} finally {
			closeMerged(second);
		}
	} finally {
		closeMerged(first);
	}
	return {changes: changes.sort((x, y) => (x.path < y.path ? -1 : 1)), unread};
}

/** Whether two merged folders are made of the same folders. */
function isSame(a: MergedFolder, b: MergedFolder): boolean {
	if (a.parts.length !== b.parts.length) return false;
	return a.parts.every(({folder}, at) => {
		const next = b.parts[at]?.folder;
		if (next === undefined) return false;
		const [one, other] = [statBelow(folder, '.'), statBelow(next, '.')];
		return one !== undefined && one.ino === other?.ino && one.dev === other.dev;
	});
}

function namesOf(...folders: readonly (MergedFolder | undefined)[]): readonly Buffer[] | undefined {
	const names = new Map<string, Buffer>();
	try {
		for (const {folder} of folders.flatMap(each => each?.parts ?? []))
			for (const name of namesIn(folder)) names.set(name.toString('latin1'), name);
	} catch (error) {
		if (errnoOf(error) === 'EACCES') return undefined;
		throw error;
	}
	return [...names.values()];
}

function changeOf(
	a: MergedFolder | undefined,
	b: MergedFolder | undefined,
	name: Buffer,
	before: Stats | undefined,
	after: Stats | undefined,
): Omit<TreeChange, 'path'> | undefined {
	const isFile = [before, after].some(stats => stats !== undefined && !stats.isDirectory());
	const sizes = {isFile, before: sizeOf(before), after: sizeOf(after)};
	if (before === undefined) return {change: 'A', what: [], ...sizes};
	if (after === undefined) return {change: 'D', what: [], ...sizes};
	const what = differences(a, b, name, before, after);
	return what.length === 0 ? undefined : {change: 'C', what, ...sizes};
}

function sizeOf(stats: Stats | undefined): number | null {
	if (stats === undefined) return null;
	return stats.isFile() ? stats.size : 0;
}

function differences(
	a: MergedFolder | undefined,
	b: MergedFolder | undefined,
	name: Buffer,
	before: Stats,
	after: Stats,
): TreeChange['what'] {
	if (before.ino === after.ino && before.dev === after.dev) return [];
	const kind = (stats: Stats): number => stats.mode & 0o170000;
	if (kind(before) !== kind(after) || before.rdev !== after.rdev) return ['kind'];
	const isLink = before.isSymbolicLink();
	const holders = [a && holderOf(a, name), b && holderOf(b, name)] as const;
	return [
		// The mode of a symlink says nothing.
		...(!isLink && before.mode !== after.mode ? (['mode'] as const) : []),
		...(before.uid !== after.uid || before.gid !== after.gid ? (['owner'] as const) : []),
		...(isLink && !isSameLink(holders, name) ? (['target'] as const) : []),
		...(before.isFile() && (before.size !== after.size || !isSameContent(holders, name)) ? (['bytes'] as const) : []),
	];
}

type Holders = readonly [Pinned | undefined, Pinned | undefined];

/** The folder of the layer whose entry is seen. */
function holderOf({parts}: MergedFolder, name: Buffer): Pinned | undefined {
	return parts.find(({folder}) => statBelow(folder, name) !== undefined)?.folder;
}

function isSameLink([a, b]: Holders, name: Buffer): boolean {
	return a !== undefined && b !== undefined && linkBelow(a, name).equals(linkBelow(b, name));
}

function isSameContent([a, b]: Holders, name: Buffer): boolean {
	const [one, other] = [a && openBelow(a, name), b && openBelow(b, name)];
	try {
		// A file that may not be read is not said to differ.
		if (one === undefined || other === undefined) return true;
		for (let offset = 0; ; offset += piece) {
			const [left, right] = [readAt(one, offset, piece), readAt(other, offset, piece)];
			if (!left.equals(right)) return false;
			if (left.length < piece) return true;
		}
	} finally {
		for (const fd of [one, other]) if (fd !== undefined) closeDescriptor(fd);
	}
}
