import {execFileSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {gzipSync} from 'node:zlib';
import {type RawEntry, tar} from '../archives/tar-writer.ts';

/** How the blob of a layer is compressed. */
export type LayerCompression = 'none' | 'gzip' | 'zstd';

/** A layer of a made image. What is left out follows from `entries`; the rest is for images that lie. */
export interface LayerSource {
	/** The entries of the tar in this order, or the whole tar with its end mark. */
	readonly entries: readonly (Buffer | RawEntry)[] | Buffer;
	/** `gzip` when left out. */
	readonly compression?: LayerCompression;
	/** The command that the history names. */
	readonly createdBy?: string;
	readonly mediaType?: string;
	/** A digest, with `sha256:` before it, for the configuration. */
	readonly diffId?: string;
	/** A digest, with `sha256:` before it, for the manifest. */
	readonly digest?: string;
	/** Bytes, for the manifest. */
	readonly size?: number;
	readonly annotations?: Readonly<Record<string, string>>;
	/** Where a foreign layer is to be had. */
	readonly urls?: readonly string[];
}

/** A layer as the image has it. */
export interface MadeLayer {
	/** The tar. */
	readonly tar: Buffer;
	/** The compressed tar, which the registry has. */
	readonly blob: Buffer;
	readonly diffId: string;
	/** What the manifest says of the layer. */
	readonly descriptor: Descriptor;
}

/** A descriptor of the image specification. */
export interface Descriptor {
	readonly mediaType: string;
	readonly digest: string;
	/** Bytes. */
	readonly size: number;
	readonly annotations?: Readonly<Record<string, string>>;
	readonly urls?: readonly string[];
	readonly platform?: Readonly<Record<string, string>>;
}

const suffixes = {none: '', gzip: '+gzip', zstd: '+zstd'} as const;

/** `sha256:` and the digest of these bytes in hex. */
export function digestOf(bytes: Buffer): string {
	return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** Makes a layer. The same source gives the same bytes. */
export function makeLayer(source: LayerSource): MadeLayer {
	const bytes = Buffer.isBuffer(source.entries) ? source.entries : tar(...source.entries);
	const compression = source.compression ?? 'gzip';
	const blob = compress(bytes, compression);
	return {
		tar: bytes,
		blob,
		diffId: source.diffId ?? digestOf(bytes),
		descriptor: {
			mediaType: source.mediaType ?? `application/vnd.oci.image.layer.v1.tar${suffixes[compression]}`,
			digest: source.digest ?? digestOf(blob),
			size: source.size ?? blob.length,
			...(source.annotations && {annotations: source.annotations}),
			...(source.urls && {urls: source.urls}),
		},
	};
}

/** An entry that removes `path` from the layers below. */
export function whiteout(path: string): RawEntry {
	const slash = path.lastIndexOf('/') + 1;
	return {name: `${path.slice(0, slash)}.wh.${path.slice(slash)}`};
}

/** An entry that hides whatever the layers below have in `folder`. */
export function opaque(folder: string): RawEntry {
	return {name: `${folder}/.wh..wh..opq`};
}

function compress(bytes: Buffer, how: LayerCompression): Buffer {
	if (how === 'none') return bytes;
	if (how === 'gzip') return gzipSync(bytes, {level: 1});
	// Node has no zstd before 22.15.
	return execFileSync('zstd', ['-q', '-1', '-c'], {input: bytes, maxBuffer: 2 * bytes.length + 65_536});
}
