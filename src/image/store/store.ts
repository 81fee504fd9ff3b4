import {randomBytes} from 'node:crypto';
import type {RangeMap} from '../../host/id-map.ts';
import type {Host} from '../../host/host.ts';
import {ownerName} from './owner.ts';

/** The folder of all images. Only its owner may enter it, because images contain set-user-ID programs of other users. */
export const imagesFolder = (store: string): string => `${store}/images`;
/** Unpacks and removals in progress: one folder each, named after the process that works there. */
export const workFolder = (store: string): string => `${store}/tmp`;

/** Manifests, configurations, and layers of images as their registry has them: `blobs/sha256/HEX`, as in an OCI image layout. */
export const blobsFolder = (store: string): string => `${store}/blobs`;
/** The unpacked layers of images, each a lower layer of overlays. */
export const lowerFolder = (store: string): string => `${store}/lower`;
/** One record for each complete image. */
export const manifestsFolder = (store: string): string => `${store}/manifests`;
/** One record for each name of an image. */
export const namesFolder = (store: string): string => `${store}/names`;

/** Lock files, one for each image that is being unpacked. */
export const locksFolder = (store: string): string => `${store}/locks`;

/** Identifies an unpacked tree: the archive's digest, and the id map that shifts its owners. */
export interface ImageName {
	readonly digest: string;
	/** The id map of the user namespace that it was unpacked in; without it the owners are the archive's. */
	readonly ids?: RangeMap;
}

/** The folder of one image with `image.json` and `rootfs`. A colon would split overlay's lowerdir, hence the dash. */
export function imageFolder(store: string, image: ImageName): string {
	return `${imagesFolder(store)}/${imageFolderName(image)}`;
}

/** The name of an image's folder: `sha256-0123...`, with ids `sha256-0123....u100000-65536.g100000-65536`. */
export function imageFolderName({digest, ids}: ImageName): string {
	const row = (rows: RangeMap['uids']): string => rows.map(({outside, count}) => `${outside}-${count}`).join('-');
	return `${digest.replace(':', '-')}${ids === undefined ? '' : `.u${row(ids.uids)}.g${row(ids.gids)}`}`;
}

/** The inverse of {@link imageFolderName}; undefined for other names. */
export function imageOfFolder(name: string): ImageName | undefined {
	const found = /^sha256-([0-9a-f]{64})(?:\.u(\d+)-(\d+)\.g(\d+)-(\d+))?$/.exec(name);
	if (found === null) return undefined;
	const [, hex, ...numbers] = found;
	const digest = `sha256:${hex}`;
	if (numbers[0] === undefined) return {digest};
	const [uid = 0, users = 0, gid = 0, groups = 0] = numbers.map(Number);
	return {
		digest,
		ids: {
			kind: 'range',
			uids: [{inside: 0, outside: uid, count: users}],
			gids: [{inside: 0, outside: gid, count: groups}],
		},
	};
}

/** The folder of an image's unpacked tree. */
export function rootfsFolder(store: string, image: ImageName): string {
	return `${imageFolder(store, image)}/rootfs`;
}

/** Creates the store's folders if they are missing. */
export function makeStore(host: Host, store: string): void {
	host.mkdirs(store, 0o700);
	host.mkdir(imagesFolder(store), 0o700);
	host.mkdir(workFolder(store), 0o700);
}

/** A new, unique path for a work folder. The folder is not created. */
export function newWorkPath(host: Host, store: string): string {
	return `${workFolder(store)}/${ownerName(host)}-${randomBytes(4).toString('hex')}`;
}
