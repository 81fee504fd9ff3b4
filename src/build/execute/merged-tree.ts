import {createHash} from 'node:crypto';
import {linkBelow, namesIn, readBelow, type Stats} from '../../host/files/pinned.ts';
import type {Host} from '../../host/host.ts';
import {closeMerged, type MergedFolder, mergedBelow, openMerged, statMerged} from '../../image/store/merged-folder.ts';
import type {SourceTree, TreeEntry} from '../context/source-tree.ts';

/** The files of an image as an overlay of its layers shows them. */
export interface MergedTree extends SourceTree {
	/** lstat(2) of a path; undefined when there is nothing. */
	readonly stats: (path: string) => Stats | undefined;
	/** The text of a small regular file; undefined when there is none or it is larger than 1 MiB. */
	readonly text: (path: string) => string | undefined;
}

/** The largest file that {@link MergedTree.text} reads, bytes: no /etc/passwd has as much. */
const mostText = 1024 * 1024;

/**
 * Looks at the layers of an image without mounting them. Nothing follows a symlink: see `resolveInside`.
 *
 * @param lowers - the folders of the layers, topmost first
 */
export function mergedTree(host: Host, lowers: readonly string[]): MergedTree {
	const stats = (path: string): Stats | undefined => inFolder(host, lowers, path, statMerged);
	return {
		stats,
		entry: path => entryOf(stats(path), () => inFolder(host, lowers, path, linkIn)),
		list: path => within(host, lowers, path.split('/').filter(isPart), namesOf) ?? [],
		digest: async path => {
			const hash = createHash('sha256');
			inFolder(host, lowers, path, (folder, name) => readIn(folder, name, bytes => void hash.update(bytes)));
			return hash.digest('hex');
		},
		text: path => {
			const found = stats(path);
			if (found?.isFile() !== true || found.size > mostText) return undefined;
			const pieces: Buffer[] = [];
			inFolder(host, lowers, path, (folder, name) =>
				readIn(folder, name, bytes => void pieces.push(Buffer.from(bytes))),
			);
			return Buffer.concat(pieces).toString('utf8');
		},
	};
}

const isPart = (part: string): boolean => part !== '';

/** Calls `use` with the folder of a path and its last part. */
function inFolder<T>(
	host: Host,
	lowers: readonly string[],
	path: string,
	use: (folder: MergedFolder, name: string) => T | undefined,
): T | undefined {
	const parts = path.split('/').filter(isPart);
	return within(host, lowers, parts.slice(0, -1), folder => use(folder, parts.at(-1) ?? '.'));
}

function within<T>(
	host: Host,
	lowers: readonly string[],
	parts: readonly string[],
	use: (folder: MergedFolder) => T | undefined,
): T | undefined {
	let folder = openMerged(host, lowers);
	try {
		for (const part of parts) {
			const next = mergedBelow(folder, part);
			if (next === undefined) return undefined;
			closeMerged(folder);
			folder = next;
		}
		return use(folder);
	} finally {
		closeMerged(folder);
	}
}

function entryOf(stats: Stats | undefined, target: () => string | undefined): TreeEntry | undefined {
	if (stats === undefined) return undefined;
	const mode = stats.mode & 0o7777;
	if (stats.isDirectory()) return {kind: 'directory', mode};
	if (stats.isFile()) return {kind: 'file', mode};
	return stats.isSymbolicLink() ? {kind: 'symlink', mode, target: target() ?? ''} : {kind: 'other', mode};
}

function namesOf(folder: MergedFolder): readonly string[] {
	const all = folder.parts.flatMap(part => namesIn(part.folder).map(name => name.toString('utf8')));
	return [...new Set(all)].filter(name => statMerged(folder, name) !== undefined).sort();
}

/** The topmost layer that has a name decides. */
function linkIn({parts}: MergedFolder, name: string): string | undefined {
	const part = parts.find(each => statMerged({parts: [each]}, name) !== undefined);
	return part === undefined ? undefined : linkBelow(part.folder, name).toString('utf8');
}

function readIn({parts}: MergedFolder, name: string, take: (bytes: Buffer) => void): true | undefined {
	const part = parts.find(each => statMerged({parts: [each]}, name) !== undefined);
	return part !== undefined && readBelow(part.folder, name, take) ? true : undefined;
}
