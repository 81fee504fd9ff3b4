import {closeSync, lstatSync, openSync, readdirSync, readlinkSync, type Stats} from 'node:fs';
import {readAt} from './descriptors.ts';
import type {OwnerIds} from './owners.ts';

/** A difference between the results of two runs. `one` and `other` describe each side, for people. */
export interface TreeDifference {
	readonly path: string;
	readonly what: 'presence' | 'kind' | 'mode' | 'owner' | 'target' | 'bytes' | 'status';
	/** Only for `bytes`: the offset of the first differing byte. */
	readonly offset?: number;
	readonly one: string;
	readonly other: string;
}

/** Maps an owner to the one that it corresponds to. */
export type OwnerMap = (ids: OwnerIds) => OwnerIds;

const asItIs: OwnerMap = ids => ids;

/**
 * Compares two folders or files that no process writes to: names, kinds, modes, owners, targets of symlinks, and
 * bytes. It does not compare times and extended attributes, and follows no symlinks. `name` names the pair in the differences.
 *
 * @param ownerOf - maps an owner of the second tree to the one expected in the first
 */
export function compareTrees(
	one: string,
	other: string,
	name: string,
	ownerOf: OwnerMap = asItIs,
): readonly TreeDifference[] {
	const [a, b] = [statOf(one), statOf(other)];
	if (a === undefined || b === undefined) {
		if (a === b) return [];
		return [{path: name, what: 'presence', one: thereOrNot(a), other: thereOrNot(b)}];
	}
	const [kindA, kindB] = [kindOf(a), kindOf(b)];
	if (kindA !== kindB) return [{path: name, what: 'kind', one: kindA, other: kindB}];
	return [
		...attributes(a, b, name, ownerOf),
		...(kindA === 'symlink' ? targets(one, other, name) : []),
		...(kindA === 'file' ? bytes(one, other, name) : []),
		...(kindA === 'folder' ? below(one, other, name, ownerOf) : []),
	];
}

function statOf(path: string): Stats | undefined {
	return lstatSync(path, {throwIfNoEntry: false});
}

function thereOrNot(stats: Stats | undefined): string {
	return stats === undefined ? 'missing' : `a ${kindOf(stats)}`;
}

/** A character device 0:0 is an overlay's whiteout: overlayfs.rst. */
function kindOf(stats: Stats): string {
	if (stats.isFile()) return 'file';
	if (stats.isDirectory()) return 'folder';
	if (stats.isSymbolicLink()) return 'symlink';
	if (stats.isCharacterDevice()) return stats.rdev === 0 ? 'deletion' : 'device';
	return stats.isBlockDevice() ? 'device' : stats.isFIFO() ? 'FIFO' : 'socket';
}

function attributes(a: Stats, b: Stats, path: string, ownerOf: OwnerMap): readonly TreeDifference[] {
	const mode = (stats: Stats): string => (stats.mode & 0o7777).toString(8).padStart(4, '0');
	const word = ({uid, gid}: OwnerIds): string => `${uid}:${gid}`;
	const [ownerA, ownerB] = [word(a), word(ownerOf(b))];
	return [
		...(mode(a) === mode(b) ? [] : [{path, what: 'mode' as const, one: mode(a), other: mode(b)}]),
		...(ownerA === ownerB ? [] : [{path, what: 'owner' as const, one: ownerA, other: word(b)}]),
	];
}

function targets(one: string, other: string, path: string): readonly TreeDifference[] {
	const [a, b] = [readlinkSync(one), readlinkSync(other)];
	return a === b ? [] : [{path, what: 'target', one: a, other: b}];
}

function below(one: string, other: string, path: string, ownerOf: OwnerMap): readonly TreeDifference[] {
	const names = [...new Set([...readdirSync(one), ...readdirSync(other)])].toSorted();
	return names.flatMap(name =>
		compareTrees(`${one}/${name}`, `${other}/${name}`, `${path === '/' ? '' : path}/${name}`, ownerOf),
	);
}

/** Size of a read, bytes. */
const piece = 65_536;
/** How many bytes of each side are shown from the first difference on. */
const shown = 16;

function bytes(one: string, other: string, path: string): readonly TreeDifference[] {
	const files = [openSync(one, 'r'), openSync(other, 'r')] as const;
	try {
		for (let offset = 0; ; offset += piece) {
			const [a, b] = [readAt(files[0], offset, piece), readAt(files[1], offset, piece)];
			if (a.equals(b)) {
				if (a.length < piece) return [];
				continue;
			}
			const same = a.findIndex((byte, n) => byte !== b[n]);
			const first = offset + (same === -1 ? a.length : same);
			const words = files.map(file => excerpt(readAt(file, first, shown)));
			return [{path, what: 'bytes', offset: first, one: words[0] ?? '', other: words[1] ?? ''}];
		}
	} finally {
		for (const file of files) closeSync(file);
	}
}

/** Text as it is, other bytes in hexadecimal; `the end` at the end of a file. */
function excerpt(part: Buffer): string {
	if (part.length === 0) return 'the end';
	const text = part.toString('latin1');
	return /^[\t\n\x20-\x7e]*$/.test(text) ? JSON.stringify(text) : part.toString('hex').replaceAll(/..(?=.)/g, '$& ');
}
