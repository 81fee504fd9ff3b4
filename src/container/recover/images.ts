import type {Machine} from '../machine/machine.ts';
import * as image from '../../image/store/list.ts';
import * as removal from '../../image/store/remove.ts';
import {imageFolderName} from '../../image/store/store.ts';
import {shownName} from '../../state/alias.ts';
import {allRecords} from '../machine/find-container.ts';

/** A stored image and the containers that use it. */
export interface ImageSummary {
	/** `sha256:` and 64 hex digits. */
	readonly digest: string;
	/** The host uid that root of the image maps to; only for an image unpacked for a user namespace. */
	readonly root?: number;
	readonly archive: string;
	readonly bytes: number;
	readonly entries: number;
	/** Milliseconds since the epoch. */
	readonly created: number;
	/** Names of the containers that use the image. */
	readonly usedBy: readonly string[];
}

/** The names of the containers that use each image, by the image's folder. */
function users(machine: Machine): ReadonlyMap<string, readonly string[]> {
	const byFolder = new Map<string, readonly string[]>();
	for (const record of allRecords(machine)) {
		if (record.image.kind !== 'archive') continue;
		const folder = imageFolderName(record.image);
		byFolder.set(folder, [...(byFolder.get(folder) ?? []), shownName(machine.host, machine.dirs.state, record.name)]);
	}
	return byFolder;
}

/** Lists the images in the store, newest first. */
export async function listImages(machine: Machine): Promise<readonly ImageSummary[]> {
	const used = users(machine);
	return image
		.listImages(machine.host, machine.dirs.store, new Set(used.keys()))
		.map(({digest, ids, archive, bytes, entries, created}) => ({
			digest,
			...(ids === undefined ? {} : {root: ids.uids[0]?.outside ?? 0}),
			archive,
			bytes,
			entries,
			created,
			usedBy: used.get(imageFolderName({digest, ...(ids === undefined ? {} : {ids})})) ?? [],
		}));
}

/**
 * Removes an image by its digest or the start of the digest.
 *
 * @throws TsboxError E_IMAGE_NOT_FOUND, E_IMAGE_IN_USE.
 */
export async function removeImage(machine: Machine, digest: string): Promise<void> {
	await removal.removeImage(machine.host, machine.facts, machine.dirs.store, digest, new Set(users(machine).keys()));
}

/** Removes all images that no container uses, and returns their digests. */
export async function pruneImages(machine: Machine): Promise<readonly string[]> {
	return (
		await removal.pruneImages(machine.host, machine.facts, machine.dirs.store, new Set(users(machine).keys()))
	).map(({digest}) => digest);
}
