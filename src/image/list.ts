import type {Host} from '../host/host.ts';
import {readRecord} from './record.ts';
import {digestOfFolder, imagesFolder, rootfsFolder} from './store.ts';

/** One image of the store. */
export interface StoredImage {
	/** `sha256:` and 64 hexadecimal digits. */
	readonly digest: string;
	/** The path it was unpacked from. */
	readonly archive: string;
	/** Disk use of the unpacked tree, in bytes. */
	readonly bytes: number;
	readonly entries: number;
	/** Milliseconds since the epoch. */
	readonly created: number;
	readonly inUse: boolean;
}

/** All whole images, the newest first. `inUse` has the digests that containers run on. */
export function listImages(host: Host, store: string, inUse: ReadonlySet<string>): readonly StoredImage[] {
	const images: StoredImage[] = [];
	for (const name of host.list(imagesFolder(store))) {
		const digest = digestOfFolder(name);
		const record = digest === undefined ? undefined : readRecord(host, store, digest);
		if (digest === undefined || record === undefined) continue;
		const {archive, created} = record;
		// A compiled script counts nothing while it unpacks.
		const {bytes, entries} =
			record.bytes === null || record.entries === null
				? treeUse(host, rootfsFolder(store, digest))
				: {bytes: record.bytes, entries: record.entries};
		images.push({digest, archive, bytes, entries, created, inUse: inUse.has(digest)});
	}
	return images.sort((a, b) => b.created - a.created || a.digest.localeCompare(b.digest));
}

/** Counts a tree by walking it; hard links count each time, holes as data. */
function treeUse(host: Host, path: string): {bytes: number; entries: number} {
	const facts = host.lstat(path);
	let bytes = Math.ceil((facts?.size ?? 0) / 4096) * 4096;
	let entries = 1;
	for (const name of facts?.kind === 'directory' ? host.list(path) : []) {
		const below = treeUse(host, `${path}/${name}`);
		bytes += below.bytes;
		entries += below.entries;
	}
	return {bytes, entries};
}
