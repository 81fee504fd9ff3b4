import type {Machine} from '../machine/machine.ts';
import type {PlannedContainer} from '../machine/planned-container.ts';
import {createHash} from 'node:crypto';
import {linkBelow, type Pinned, readBelow, type Stats} from '../../host/files/pinned.ts';
import {walkLayers, type PathChange} from './diff.ts';
import {plannedLayers} from './planned-layers.ts';

/** A path of a container's writable layer, with what tells its content. */
export interface LayerFile extends PathChange {
	/** Null for what was deleted. */
	readonly kind: 'file' | 'folder' | 'link' | 'other' | null;
	/** Permission bits. */
	readonly mode?: number;
	/** Of a regular file: bytes. */
	readonly size?: number;
	/** Of a regular file: `sha256:` and 64 digits; null where it may not be read, or has too many holes to be read to its end. */
	readonly digest?: string | null;
	/** Of a symlink. */
	readonly target?: string;
}

/** What {@link layerFiles} found. */
export interface LayerFiles {
	/** By path. */
	readonly files: readonly LayerFile[];
	/** Folders that the caller may not look into, or that are too deep. */
	readonly unread: readonly string[];
}

/**
 * Bytes of holes that are read of all files together: ten seconds. A file of terabytes without a block on the disk costs a
 * container nothing, and whoever reads it, such as a supervisor, does nothing else meanwhile.
 */
const mostHoles = 8 * 1024 ** 3;

/**
 * What a container that has ended wrote over its image, as long as its layer is there; undefined where there is no layer.
 * No symlink is followed.
 *
 * @param keep - takes the content of each regular file of at most `most` bytes, by its digest
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
	const {changes, unread} = walkLayers(layers, targets, (folder, name, path, stats) => {
		const mode = stats.mode & 0o7777;
		// stat(2): a block has 512 bytes, whatever the filesystem's own have.
		const more = stats.isFile() ? Math.max(0, stats.size - stats.blocks * 512) : 0;
		if (holes + more > mostHoles) return void found.set(path, {kind: 'file', mode, size: stats.size, digest: null});
		holes += more;
		found.set(path, factsOf(folder, name, stats, most, keep));
	});
	// The top of a layer over a folder of the host is told of without being looked at.
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
