import {readMaking} from '../../image/oci/history.ts';
import {blobText} from '../../image/store/blobs.ts';
import {allImages, allNames} from '../../image/store/images.ts';
import * as archives from '../../image/store/list.ts';
import {imageFolderName} from '../../image/store/store.ts';
import {allBlobs, allLayers, type ImageParts} from '../../image/store/unneeded.ts';
import type {Machine} from '../machine/machine.ts';
import {imageUsers} from './image-users.ts';

/** An image or an unpacked archive of the store, and the containers that use it. An image with several names is there once for each. */
export interface ImageSummary {
	/** `archive` for a file that `rootfs` names, `image` for an image of a registry or of a file in its format. */
	readonly kind: 'archive' | 'image';
	/** The complete name, `docker.io/library/nginx:1.27`, or the path of the archive; null for an image whose last name was taken away. */
	readonly name: string | null;
	/** Digest of the archive or of the manifest: `sha256:` and 64 hexadecimal digits. */
	readonly digest: string;
	/** What the name points to in its registry: the manifest, or an index of several platforms. Null for archives and without a name. */
	readonly tagDigest: string | null;
	/** The host uid that root of the image maps to; only for an archive unpacked for a user namespace. */
	readonly root?: number;
	/** The path of an archive; null for images. */
	readonly archive: string | null;
	/** Disk use: the unpacked files, and an image's blobs. What several images share counts for each. */
	readonly bytes: number;
	/** Files and folders of an archive; null for images. */
	readonly entries: number | null;
	/** When an image was made, an archive unpacked, milliseconds since the epoch; null when the image does not say. */
	readonly created: number | null;
	/** When it came into the store, or its registry was last asked, milliseconds since the epoch. */
	readonly pulled: number;
	/** Names of the containers that use the image. */
	readonly usedBy: readonly string[];
}

/** Lists the images and unpacked archives of the store, the newest in it first. */
export async function listImages(machine: Machine): Promise<readonly ImageSummary[]> {
	return [...images(machine), ...unpackedArchives(machine)].sort(
		(one, other) => other.pulled - one.pulled || order(one, other),
	);
}

function order(one: ImageSummary, other: ImageSummary): number {
	return (one.name ?? '').localeCompare(other.name ?? '') || one.digest.localeCompare(other.digest);
}

function images(machine: Machine): readonly ImageSummary[] {
	const {host, dirs} = machine;
	const users = imageUsers(machine);
	const names = allNames(host, dirs.store);
	const bytesOf = diskUse(machine);
	return allImages(host, dirs.store).flatMap((image): readonly ImageSummary[] => {
		const {manifest, config, created: stored} = image;
		const row = {
			kind: 'image' as const,
			digest: manifest,
			archive: null,
			bytes: bytesOf(image),
			entries: null,
			created: readMaking(blobText(host, dirs.store, config) ?? '').created ?? null,
			usedBy: users.images.get(manifest) ?? [],
		};
		const own = names.filter(each => each.manifest === manifest);
		if (own.length === 0) return [{...row, name: null, tagDigest: null, pulled: stored}];
		return own.map(({name, digest, pulled}) => ({...row, name, tagDigest: digest, pulled}));
	});
}

/** Gives the bytes that an image has on the disk: its blobs, and its layers in all forms in which they are unpacked. */
export function diskUse({host, dirs}: Machine): (image: ImageParts) => number {
	const sizes = new Map<string, number>();
	for (const {digest, bytes} of allBlobs(host, dirs.store)) sizes.set(`blob ${digest}`, bytes);
	for (const {digest, bytes} of allLayers(host, dirs.store))
		sizes.set(`layer ${digest}`, bytes + (sizes.get(`layer ${digest}`) ?? 0));
	return ({manifest, config, layers}) => {
		const blobs = [manifest, config, ...layers.map(({digest}) => digest)].map(digest => `blob ${digest}`);
		const parts = new Set([...blobs, ...layers.map(({diffId}) => `layer ${diffId}`)]);
		return [...parts].reduce((all, part) => all + (sizes.get(part) ?? 0), 0);
	};
}

function unpackedArchives(machine: Machine): readonly ImageSummary[] {
	const used = imageUsers(machine).archives;
	return archives
		.listImages(machine.host, machine.dirs.store, new Set(used.keys()))
		.map(({digest, ids, archive, bytes, entries, created}) => ({
			kind: 'archive',
			name: archive,
			digest,
			tagDigest: null,
			...(ids === undefined ? {} : {root: ids.uids[0]?.outside ?? 0}),
			archive,
			bytes,
			entries,
			created,
			pulled: created,
			usedBy: used.get(imageFolderName({digest, ...(ids === undefined ? {} : {ids})})) ?? [],
		}));
}
