import {createHash} from 'node:crypto';
import {openNew, syncFile, writeAll} from '../../host/files/descriptors.ts';
import {closeDescriptor} from '../../host/programs/stdio.ts';
import type {Host} from '../../host/host.ts';
import {blobPath, hasBlob, makeBlobs} from '../store/blobs.ts';
import type {LayerRecord} from '../store/images.ts';
import {makeStore, newWorkPath} from '../store/store.ts';
import {endBlocks} from '../unpack/tar-writer.ts';

/** The media type of a layer that is not compressed: OCI image-spec, layer.md. */
const plainLayer = 'application/vnd.oci.image.layer.v1.tar';

/**
 * Writes a layer as a blob of the store, not compressed: registries get it compressed by skopeo, and nobody else needs to.
 *
 * @param source - a tar without its end mark
 * @returns the layer; undefined for a tar without entries
 * @throws whatever the source throws, and the system's errors; nothing of the blob stays then.
 */
export async function keepLayer(
	host: Host,
	store: string,
	source: AsyncIterable<Buffer>,
): Promise<LayerRecord | undefined> {
	makeStore(host, store);
	makeBlobs(host, store);
	const work = newWorkPath(host, store);
	host.mkdir(work, 0o700);
	try {
		const file = `${work}/layer`;
		const fd = openNew(file);
		const hash = createHash('sha256');
		let size = 0;
		const write = (chunk: Buffer): void => {
			hash.update(chunk);
			writeAll(fd, chunk);
			size += chunk.length;
		};
		try {
			for await (const chunk of source) write(chunk);
			if (size === 0) return undefined;
			write(endBlocks);
			syncFile(fd);
		} finally {
			closeDescriptor(fd);
		}
		const digest = `sha256:${hash.digest('hex')}`;
		if (!hasBlob(host, store, digest)) host.rename(file, blobPath(store, digest));
		return {diffId: digest, digest, size, mediaType: plainLayer};
	} finally {
		host.removeTree(work);
	}
}
