import {TsboxError} from '../../errors/tsbox-error.ts';
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

/** Most bytes of a manifest or a configuration: containers/image reads no larger manifests. */
export const mostText = 4 * 1024 * 1024;

/**
 * The text of a manifest or configuration; undefined when the store does not have it.
 *
 * @throws TsboxError E_IMAGE_INVALID when it is larger than 4 MiB: a layer, to which a hostile manifest points.
 */
export function blobText(host: Host, store: string, digest: string): string | undefined {
	return textOfBlob(host, blobPath(store, digest), digest);
}

/** The text of a blob in any folder. @throws TsboxError as {@link blobText}. */
export function textOfBlob(host: Host, path: string, digest: string): string | undefined {
	const size = host.lstat(path)?.size ?? 0;
	if (size > mostText)
		throw new TsboxError('E_IMAGE_INVALID', `the blob ${digest} is no manifest and no configuration`, {
			why: `it has ${size} bytes, and no such text has more than 4 MiB`,
		});
	return host.readText(path);
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
