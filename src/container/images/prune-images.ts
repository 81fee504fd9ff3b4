import {allImages, type OciImageRecord} from '../../image/store/images.ts';
import * as archives from '../../image/store/list.ts';
import {forgetImage, removeArchive} from '../../image/store/remove.ts';
import {imageFolderName} from '../../image/store/store.ts';
import {deadRows} from '../../image/store/build-cache.ts';
import {allBlobs, allLayers, onlyCached, removeUnneeded} from '../../image/store/unneeded.ts';
import type {Machine} from '../machine/machine.ts';
import {imageUsers} from './image-users.ts';
import {listImages} from './list-images.ts';

/** Which unused images {@link pruneStore} removes. */
export interface PruneOptions {
	/** Also images that have a name. */
	readonly all?: boolean | undefined;
	/** Only those that came into the store, or were last asked for, longer ago, ms. */
	readonly olderMs?: number | undefined;
	/** The oldest, until images and archives take no more than this, bytes. */
	readonly keepBytes?: number | undefined;
}

/** What {@link pruneStore} removed. */
export interface Pruned {
	/** Images and archives; of the cache of builds, rows and mounts. */
	readonly removed: readonly {
		readonly kind: 'image' | 'archive' | 'row' | 'mount';
		/** Complete names of an image, the path of an archive, the command of a row, the id of a mount. */
		readonly names: readonly string[];
		readonly digest: string;
	}[];
	/** The number of blobs and layers that nothing needed any more. */
	readonly parts: number;
	/** Bytes that are free now. */
	readonly bytes: number;
	/** Bytes that stay for later builds alone; `pruneBuildCache` removes them. */
	readonly cached: number;
}

/** An image or archive that may go. */
interface Candidate {
	readonly kind: 'image' | 'archive';
	readonly names: readonly string[];
	readonly digest: string;
	readonly pulled: number;
	readonly remove: () => Promise<boolean>;
}

/**
 * Removes images without a name and unpacked archives, if no container uses them, and then all blobs and layers that nothing needs. What a
 * running pull needs stays, and so do layers that a later build finds: `pruneBuildCache`.
 */
export async function pruneStore(machine: Machine, options: PruneOptions = {}): Promise<Pruned> {
	const {host, facts, dirs} = machine;
	const before = storeBytes(machine);
	for (const path of deadRows(host, dirs.store)) host.removeTree(path);
	let parts = 0;
	const sweep = async (): Promise<void> => {
		parts += (await removeUnneeded(host, facts, dirs.store, () => imageUsers(machine).parts)).length;
	};
	const removed: Candidate[] = [];
	await sweep();
	for (const candidate of await candidates(machine, options)) {
		if (options.keepBytes !== undefined && storeBytes(machine) - cachedBytes(machine) <= options.keepBytes) break;
		if (!(await candidate.remove())) continue;
		removed.push(candidate);
		// Only then is it known how much went.
		if (options.keepBytes !== undefined) await sweep();
	}
	await sweep();
	return {
		removed: removed.map(({kind, names, digest}) => ({kind, names, digest})),
		parts,
		bytes: Math.max(0, before - storeBytes(machine)),
		cached: cachedBytes(machine),
	};
}

/** Removes all images that have no name and no container, and returns their digests; see {@link pruneStore}. */
export async function pruneImages(machine: Machine, options: PruneOptions = {}): Promise<readonly string[]> {
	return (await pruneStore(machine, options)).removed.map(({digest}) => digest);
}

/** What only later builds may need, bytes. */
function cachedBytes(machine: Machine): number {
	return onlyCached(machine.host, machine.dirs.store, imageUsers(machine).parts).reduce(
		(sum, {bytes}) => sum + bytes,
		0,
	);
}

/** What images, archives, and layers of builds take on the disk, bytes. What images share counts once. */
function storeBytes({host, dirs}: Machine): number {
	const all = [...allBlobs(host, dirs.store), ...allLayers(host, dirs.store)];
	const unpacked = archives.listImages(host, dirs.store, new Set());
	return [...all, ...unpacked].reduce((sum, {bytes}) => sum + bytes, 0);
}

/** What may go, the oldest first. */
async function candidates(machine: Machine, {all = false, olderMs}: PruneOptions): Promise<readonly Candidate[]> {
	const {host, facts, dirs} = machine;
	const rows = await listImages(machine);
	const images = allImages(host, dirs.store).map((image): Candidate & {readonly isUsed: boolean} => {
		const own = rows.filter(({kind, digest}) => kind === 'image' && digest === image.manifest);
		return {
			kind: 'image',
			names: own.flatMap(({name}) => name ?? []),
			digest: image.manifest,
			pulled: Math.max(...own.map(({pulled}) => pulled)),
			isUsed: own.some(({usedBy}) => usedBy.length > 0),
			remove: async () => forget(machine, image),
		};
	});
	const used = imageUsers(machine).archives;
	const unpacked = archives
		.listImages(host, dirs.store, new Set(used.keys()))
		.map((form): Candidate & {readonly isUsed: boolean} => ({
			kind: 'archive',
			names: [form.archive],
			digest: form.digest,
			pulled: form.created,
			isUsed: form.inUse,
			remove: async () => {
				if (imageUsers(machine).archives.has(imageFolderName(form))) return false;
				await removeArchive(host, facts, dirs.store, form);
				return true;
			},
		}));
	return [...images.filter(({names}) => all || names.length === 0), ...unpacked]
		.filter(({isUsed, pulled}) => !isUsed && (olderMs === undefined || host.now() - pulled >= olderMs))
		.sort((one, other) => one.pulled - other.pulled);
}

function forget(machine: Machine, image: OciImageRecord): boolean {
	const isUsed = (): boolean => imageUsers(machine).images.has(image.manifest);
	return !isUsed() && forgetImage(machine.host, machine.dirs.store, image, isUsed) !== undefined;
}
