import type {Machine} from '../machine/machine.ts';
import type {PlannedContainer} from '../machine/planned-container.ts';
import {createHash} from 'node:crypto';
import {linkBelow, type Pinned, readBelow, type Stats} from '../../host/files/pinned.ts';
import {walkLayers, type PathChange} from './diff.ts';
import {plannedLayers} from './planned-layers.ts';

/** A path in a container's writable layer with facts that identify its content. */
export interface LayerFile extends PathChange {
	/** Null for a deleted path. */
	readonly kind: 'file' | 'folder' | 'link' | 'other' | null;
	readonly mode?: number;
	/** Size of a regular file in bytes. */
	readonly size?: number;
	/** `sha256:` and 64 hex digits for a regular file; null if it cannot be read or has too many holes. */
	readonly digest?: string | null;
	/** Target of a symlink. */
	readonly target?: string;
}

/** The result of {@link layerFiles}. */
export interface LayerFiles {
	/** Sorted by path. */
	readonly files: readonly LayerFile[];
	/** Folders that the caller may not read or that are too deep. */
	readonly unread: readonly string[];
}

/**
 * Most bytes of holes to read over all files, about ten seconds. A sparse file of terabytes costs a container nothing, but
 * reading it would block the supervisor.
 */
const mostHoles = 8 * 1024 ** 3;

/**
 * The files that an ended container wrote, from its writable layer; undefined without a layer. No symlink is followed.
 *
 * @param keep - receives the content of each regular file of at most `most` bytes, with its digest
 */
export function layerFiles(
	{host}: Pick<Machine, 'host'>,
	planned: Pick<PlannedContainer, 'plan' | 'image' | 'config'>,
	most: number,
	keep: (digest: string, content: Buffer) => void,
): LayerFiles | undefined {
	const layers = plannedLayers(planned).filter(({upper}) => host.lstat(upper)?.kind === 'directory');
	if (layers.length === 0) return undefined;
	const found = new Map<string, Omit<LayerFile, keyof PathChange>>();
	const targets = [
		...planned.config.mounts.map(({destination}) => destination),
		...layers.map(({place}) => place).filter(place => place !== ''),
	];
	let holes = 0;
	const {changes, unread} = walkLayers(host, layers, targets, (folder, name, path, stats) => {
		const mode = stats.mode & 0o7777;
		// stat(2) counts blocks of 512 bytes, whatever the block size of the filesystem.
		const more = stats.isFile() ? Math.max(0, stats.size - stats.blocks * 512) : 0;
		if (holes + more > mostHoles) return void found.set(path, {kind: 'file', mode, size: stats.size, digest: null});
		holes += more;
		found.set(path, factsOf(folder, name, stats, most, keep));
	});
	// The walk reports the top of a host folder's layer without calling `look`.
	const factsFor = ({change, path}: PathChange): Omit<LayerFile, keyof PathChange> =>
		found.get(path) ?? {kind: change === 'D' ? null : 'folder'};
	return {files: changes.map(change => ({...change, ...factsFor(change)})), unread};
}

function factsOf(
	folder: Pinned,
	name: Buffer,
	stats: Stats,
	most: number,
	keep: (digest: string, content: Buffer) => void,
): Omit<LayerFile, keyof PathChange> {
	const mode = stats.mode & 0o7777;
	if (stats.isDirectory()) return {kind: 'folder', mode};
	if (stats.isSymbolicLink()) return {kind: 'link', target: linkBelow(folder, name).toString('utf8')};
	if (!stats.isFile()) return {kind: 'other', mode};
	const hash = createHash('sha256');
	const kept: Buffer[] = [];
	const isSmall = stats.size <= most;
	const isRead = readBelow(folder, name, bytes => {
		hash.update(bytes);
		if (isSmall) kept.push(Buffer.from(bytes));
	});
	if (!isRead) return {kind: 'file', mode, size: stats.size, digest: null};
	const digest = `sha256:${hash.digest('hex')}`;
	if (isSmall) keep(digest, Buffer.concat(kept));
	return {kind: 'file', mode, size: stats.size, digest};
}
