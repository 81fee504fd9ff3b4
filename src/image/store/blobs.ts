import type {Host} from '../../host/host.ts';
import {blobsFolder} from './store.ts';

/** The path of a blob: image-layout.md of the OCI image-spec. */
export function blobPath(store: string, digest: string): string {
	return `${blobsFolder(store)}/${digest.replace(':', '/')}`;
}

/** Whether the store has a blob. Only whole blobs have such a name. */
export function hasBlob(host: Host, store: string, digest: string): boolean {
	return host.lstat(blobPath(store, digest))?.kind === 'file';
}

/** The text of a manifest or configuration; undefined when the store does not have it. */
export function blobText(host: Host, store: string, digest: string): string | undefined {
	return host.readText(blobPath(store, digest));
}

/** Keeps a manifest or configuration under its digest. */
export function keepBlob(host: Host, store: string, digest: string, text: string): void {
	if (hasBlob(host, store, digest)) return;
	makeBlobs(host, store);
	host.writeAtomic(blobPath(store, digest), text, 0o600);
}

/** Creates the folder of blobs. */
export function makeBlobs(host: Host, store: string): void {
	host.mkdirs(store, 0o700);
	host.mkdir(blobsFolder(store), 0o700);
	host.mkdir(`${blobsFolder(store)}/sha256`, 0o700);
}
