import {randomBytes} from 'node:crypto';
import type {RangeMap} from '../../host/id-map.ts';
import type {Host} from '../../host/host.ts';
import {ownerName} from './owner.ts';

/** The two folders of the image store; both belong to root alone, for they hold set-user-ID programs of others. */
export const imagesFolder = (store: string): string => `${store}/images`;
/** Unpacks in progress and trees on their way out, one folder each, named after the process that works there. */
export const workFolder = (store: string): string => `${store}/tmp`;

/** A file for each image that is being unpacked; whoever has it locked does it. */
export const locksFolder = (store: string): string => `${store}/locks`;

/** What makes two unpacked trees different: the archive, and whether its owners are those of a user namespace. */
export interface ImageName {
	readonly digest: string;
	/** The map of the namespace that it was unpacked in; without, the owners are those of the archive. */
	readonly ids?: RangeMap;
}

/** The folder of one image: `image.json` and `rootfs` lie in it. A colon would split overlay's lowerdir, hence the dash. */
export function imageFolder(store: string, image: ImageName): string {
	return `${imagesFolder(store)}/${imageFolderName(image)}`;
}

/** The name of an image's folder: `sha256-0123...`, with ids `sha256-0123....u100000-65536.g100000-65536`. */
export function imageFolderName({digest, ids}: ImageName): string {
	const row = (rows: RangeMap['uids']): string => rows.map(({outside, count}) => `${outside}-${count}`).join('-');
	return `${digest.replace(':', '-')}${ids === undefined ? '' : `.u${row(ids.uids)}.g${row(ids.gids)}`}`;
}

/** What a folder in the store is named after, or undefined for a folder that is no image's. */
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

/** The unpacked tree of one image. */
export function rootfsFolder(store: string, image: ImageName): string {
	return `${imageFolder(store, image)}/rootfs`;
}

/** Makes the folders of the store where they are missing. */
export function makeStore(host: Host, store: string): void {
	host.mkdirs(store, 0o700);
	host.mkdir(imagesFolder(store), 0o700);
	host.mkdir(workFolder(store), 0o700);
}

/** The path of a new work folder; nobody else has that name. The folder itself is not made. */
export function newWorkPath(host: Host, store: string): string {
	return `${workFolder(store)}/${ownerName(host)}-${randomBytes(4).toString('hex')}`;
}
