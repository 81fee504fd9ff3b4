import type {Host} from '../../host/host.ts';
import {type Pinned, pin, pinBelow, readableNames, statBelow, unpin} from '../../host/files/pinned.ts';
import {isWhiteout} from '../store/merged-folder.ts';
import {opaqueFolders} from '../store/lower.ts';

/** A name in an unpacked layer. */
export interface LayerEntry {
	readonly kind: 'folder' | 'file' | 'whiteout';
	readonly name: string;
	/** Bytes of a file; 0 for everything else, and for the further names of a file. */
	readonly bytes: number;
	/** A folder that hides what the layers below have there. */
	readonly isOpaque: boolean;
	/** The entries of a folder. */
	readonly below: readonly LayerEntry[];
}

/** What a layer has. */
export interface LayerTree {
	readonly entries: readonly LayerEntry[];
	/** Folders that the caller may not read, or that are too deep. */
	readonly unread: readonly string[];
}

/** Most levels to walk: each holds a descriptor open. */
const maxDepth = 256;

/** Reads an unpacked layer. Symlinks are not followed. Names that are no UTF-8 are shown with replacement characters. */
export function layerEntries(host: Host, folder: string): LayerTree {
	const opaque = opaqueFolders(host, folder);
	const unread: string[] = [];
	const seen = new Set<number>();
	const walk = (at: Pinned, path: string, key: string, depth: number): readonly LayerEntry[] => {
		const names = depth > maxDepth ? undefined : readableNames(at);
		if (names === undefined) {
			unread.push(path);
			return [];
		}
		return names.flatMap((name): readonly LayerEntry[] => {
			const stats = statBelow(at, name);
			if (stats === undefined) return [];
			const text = name.toString();
			const plain = {name: text, bytes: 0, isOpaque: false, below: []};
			if (isWhiteout(stats)) return [{...plain, kind: 'whiteout'}];
			if (!stats.isDirectory()) {
				const isAgain = stats.nlink > 1 && seen.has(stats.ino);
				seen.add(stats.ino);
				return [{...plain, kind: 'file', bytes: stats.isFile() && !isAgain ? stats.size : 0}];
			}
			const next = pinBelow(at, name);
			if (next === undefined) return [];
			// The record of a layer has one character a byte.
			const nextKey = `${key === '' ? '' : `${key}/`}${name.toString('latin1')}`;
			try {
				const below = walk(next, `${path}/${text}`, nextKey, depth + 1);
				return [{...plain, kind: 'folder', isOpaque: opaque.has(nextKey), below}];
			} finally {
				unpin(next);
			}
		});
	};
	const top = pin(folder);
	try {
		return {entries: walk(top, '', '', 0), unread};
	} finally {
		unpin(top);
	}
}
