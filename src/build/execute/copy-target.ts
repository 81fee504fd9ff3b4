import {posix} from 'node:path';
import {insideId, type UserMap, userMapOf} from '../../host/id-map.ts';
import {entryBlocks} from '../../image/unpack/tar-writer.ts';
import {resolveInside} from '../context/source-tree.ts';
import type {LayerWork} from './layer-work.ts';
import type {MergedTree} from './merged-tree.ts';

/** A user and a group by their numbers. */
export interface Owner {
	readonly uid: number;
	readonly gid: number;
}

/** Bytes of a text, one character each, as names of a tar are written. */
export function asBytes(text: string): string {
	return Buffer.from(text, 'utf8').toString('latin1');
}

/** The reverse of {@link asBytes}. */
export function fromBytes(bytes: string): string {
	return Buffer.from(bytes, 'latin1').toString('utf8');
}

/**
 * Where a layer puts files over those of a stage. Symlinks of the stage are followed inside it, so that `/bin/x` becomes `/usr/bin/x`
 * where `/bin` is one. Paths have no slash at the beginning.
 */
export class CopyTarget {
	readonly #tree: MergedTree;
	readonly #made: Owner & {readonly mtime: number};
	readonly #latest: number;
	readonly #map: UserMap | undefined;
	readonly #folders = new Set<string>(['']);

	/**
	 * @param made - the owner of new folders above a destination, and their time, seconds since the epoch
	 * @param work - its `latest` is the latest time that entries keep
	 */
	constructor(
		tree: MergedTree,
		made: Owner & {readonly mtime: number},
		{facts, latest = Number.POSITIVE_INFINITY}: Pick<LayerWork, 'facts' | 'latest'>,
	) {
		// Files of an ordinary user's store have the ids of the host.
		this.#map = facts.user.uid === 0 ? undefined : userMapOf(facts);
		this.#tree = tree;
		this.#made = made;
		this.#latest = latest;
	}

	/** The path with all symlinks of the stage followed. */
	resolve(path: string): string {
		return resolveInside(this.#tree, path) ?? path;
	}

	/** The path with the symlinks of the folders above it followed: where a file of that name goes. */
	place(path: string): string {
		const parent = posix.dirname(path);
		return parent === '.' ? path : posix.join(this.resolve(parent), posix.basename(path));
	}

	/** Whether the stage has a folder there, symlinks not followed. */
	hasFolder(path: string): boolean {
		return this.#tree.entry(path)?.kind === 'directory';
	}

	/** A time within the limit, seconds since the epoch. */
	time(mtime: number): number {
		return Math.min(mtime, this.#latest);
	}

	/** Notes that a folder has its entry. */
	note(path: string): void {
		this.#folders.add(path);
	}

	/**
	 * The entries of a folder and those above it that have none yet: an overlay takes mode and owner of a folder from the topmost layer that
	 * has it, so those of the stage are repeated.
	 */
	folders(path: string): Buffer {
		const parts = path.split('/').filter(part => part !== '');
		const paths = parts.map((_, index) => parts.slice(0, index + 1).join('/'));
		return Buffer.concat(paths.filter(each => !this.#folders.has(each)).map(each => this.#folder(each)));
	}

	#folder(path: string): Buffer {
		this.note(path);
		const stats = this.#tree.stats(path);
		const facts =
			stats?.isDirectory() === true
				? {mode: stats.mode & 0o7777, ...this.#ownerOf(stats), mtime: Math.floor(stats.mtimeMs / 1000)}
				: {mode: 0o755, ...this.#made};
		return entryBlocks({name: `${asBytes(path)}/`, type: '5', ...facts, mtime: this.time(facts.mtime)});
	}

	#ownerOf({uid, gid}: Owner): Owner {
		if (this.#map === undefined) return {uid, gid};
		return {uid: insideId(this.#map.uids, uid) ?? 0, gid: insideId(this.#map.gids, gid) ?? 0};
	}
}
