import type {RangeMap} from '../../host/id-map.ts';
import type {Host} from '../../host/host.ts';
import {readRecord} from './record.ts';
import {imageOfFolder, imagesFolder, rootfsFolder} from './store.ts';
import {treeUse} from './tree-use.ts';

/** One image of the store. */
export interface StoredImage {
	/** `sha256:` and 64 hexadecimal digits. */
	readonly digest: string;
	/** The id map that it was unpacked with; undefined for the archive's own owners. */
	readonly ids?: RangeMap;
	/** The path that it was unpacked from. */
	readonly archive: string;
	/** Disk use of the unpacked tree, bytes. */
	readonly bytes: number;
	readonly entries: number;
	/** Milliseconds since the epoch. */
	readonly created: number;
	readonly inUse: boolean;
}

/** All complete images, newest first. `inUse` has the folder names of the images that containers run on. */
export function listImages(host: Host, store: string, inUse: ReadonlySet<string>): readonly StoredImage[] {
	const images: StoredImage[] = [];
	for (const name of host.list(imagesFolder(store))) {
		const image = imageOfFolder(name);
		const record = image === undefined ? undefined : readRecord(host, store, image);
		if (image === undefined || record === undefined) continue;
		const {archive, created} = record;
		// A compiled script does not count while it unpacks.
		const {bytes, entries} =
			record.bytes === null || record.entries === null
				? treeUse(host, rootfsFolder(store, image))
				: {bytes: record.bytes, entries: record.entries};
		images.push({...image, archive, bytes, entries, created, inUse: inUse.has(name)});
	}
	return images.sort((a, b) => b.created - a.created || a.digest.localeCompare(b.digest));
}
