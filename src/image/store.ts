import {randomBytes} from 'node:crypto';
import type {Host} from '../host/host.ts';
import {ownerName} from './owner.ts';

/** The two folders of the image store; both belong to root alone, for they hold set-user-ID programs of others. */
export const imagesFolder = (store: string): string => `${store}/images`;
/** Unpacks in progress and trees on their way out, one folder each, named after the process that works there. */
export const workFolder = (store: string): string => `${store}/tmp`;

/** The folder of one image: `image.json` and `rootfs` lie in it. A colon would split overlay's lowerdir, hence the dash. */
export function imageFolder(store: string, digest: string): string {
	return `${imagesFolder(store)}/${digest.replace(':', '-')}`;
}

/** The digest that a folder in the store is named after, or undefined for a folder that is no image's. */
export function digestOfFolder(name: string): string | undefined {
	return /^sha256-[0-9a-f]{64}$/.test(name) ? name.replace('-', ':') : undefined;
}

/** The unpacked tree of one image. */
export function rootfsFolder(store: string, digest: string): string {
	return `${imageFolder(store, digest)}/rootfs`;
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
