import {createHash} from 'node:crypto';
import {openNew, writeAll} from '../../host/files/descriptors.ts';
import {closeDescriptor} from '../../host/programs/stdio.ts';
import type {HostFacts} from '../../host/facts.ts';
import type {Host} from '../../host/host.ts';
import {openArchive} from '../archive/archive-file.ts';
import {compressionOf} from '../archive/compression.ts';
import {decodeWith, gunzip} from '../archive/decompress.ts';
import type {UnpackLimits} from '../archive/entry-rules.ts';
import {decompression} from '../archive/extraction.ts';
import {startJailed} from '../archive/jailed-program.ts';
import {blobPath, makeBlobs} from '../store/blobs.ts';
import type {LayerRecord} from '../store/images.ts';
import {unpackLayer} from '../unpack/unpack-layer.ts';

/** What {@link addLayer} needs besides the tar. */
export interface LayerAdding {
	readonly host: Host;
	readonly facts: HostFacts;
	readonly store: string;
	/** The folder with the copied tools. */
	readonly toolbox: string;
	readonly limits?: UnpackLimits | undefined;
	readonly signal?: AbortSignal | undefined;
	/** A folder of the caller's that holds everything: image/store/hold.ts. */
	readonly work: string;
	/** The tar, for messages. */
	readonly title: string;
	/** Called with the bytes that were read so far. */
	readonly onRead?: ((done: number) => void) | undefined;
}

/** The media types of layers that registries take: image-spec, layer.md. */
const mediaTypes = {
	none: 'application/vnd.oci.image.layer.v1.tar',
	gzip: 'application/vnd.oci.image.layer.v1.tar+gzip',
	zstd: 'application/vnd.oci.image.layer.v1.tar+zstd',
} as const;

/**
 * Takes a tar into the store as a layer: its bytes as a blob, and unpacked. A tar in a compression that registries do not know is kept
 * plain.
 *
 * @throws TsboxError E_ARCHIVE_INVALID, E_ARCHIVE_TOO_LARGE, E_NO_SPACE, E_INTERRUPTED; whatever `source` throws.
 */
export async function addLayer(source: AsyncIterable<Buffer>, adding: LayerAdding): Promise<LayerRecord> {
	const {host, facts, store, toolbox, limits, signal, work, title, onRead} = adding;
	const path = `${work}/layer`;
	const first = await write(path, counted(source, signal, onRead));
	const compression = compressionOf(title, host.readBytes(path, 0, 512) ?? Buffer.alloc(0));
	const plain = (): AsyncIterable<Buffer> => decoded(adding, path);
	let [blob, mediaType] = [first, mediaTypes.none as string];
	let diffId = first.digest;
	if (compression === 'gzip' || compression === 'zstd') {
		mediaType = mediaTypes[compression];
		diffId = await digestOf(plain());
	} else if (compression !== 'none') {
		blob = await write(`${path}.plain`, plain());
		diffId = blob.digest;
		host.rename(`${path}.plain`, path);
	}
	const layer = {diffId, digest: blob.digest, size: blob.size, mediaType};
	makeBlobs(host, store);
	host.rename(path, blobPath(store, layer.digest));
	await unpackLayer({...layer, title}, {host, facts, store, toolbox, limits, signal});
	return layer;
}

async function* counted(
	source: AsyncIterable<Buffer>,
	signal: AbortSignal | undefined,
	onRead: ((done: number) => void) | undefined,
): AsyncIterable<Buffer> {
	let done = 0;
	for await (const chunk of source) {
		signal?.throwIfAborted();
		yield chunk;
		done += chunk.length;
		onRead?.(done);
	}
}

async function* decoded({host, facts, toolbox, title, signal, work}: LayerAdding, path: string): AsyncIterable<Buffer> {
	const file = await openArchive(host, path);
	try {
		const bytes = file.chunks(signal);
		if (file.compression === 'none') yield* bytes;
		else if (file.compression === 'gzip') yield* gunzip(title, bytes);
		else yield* decodeWith(title, startJailed(host, facts, decompression(file.compression), work, {toolbox}), bytes);
	} finally {
		await file.close();
	}
}

async function write(
	path: string,
	source: AsyncIterable<Buffer>,
): Promise<{readonly digest: string; readonly size: number}> {
	const hash = createHash('sha256');
	const fd = openNew(path);
	let size = 0;
	try {
		for await (const chunk of source) {
			writeAll(fd, chunk);
			hash.update(chunk);
			size += chunk.length;
		}
	} finally {
		closeDescriptor(fd);
	}
	return {digest: `sha256:${hash.digest('hex')}`, size};
}

async function digestOf(source: AsyncIterable<Buffer>): Promise<string> {
	const hash = createHash('sha256');
	for await (const chunk of source) hash.update(chunk);
	return `sha256:${hash.digest('hex')}`;
}
