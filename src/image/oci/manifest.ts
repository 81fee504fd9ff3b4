import {createHash} from 'node:crypto';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {isObject, parseJson} from '../store/json.ts';

/** What a manifest says of one blob: OCI image-spec, descriptor.md. */
export interface Descriptor {
	readonly mediaType: string;
	/** `sha256:` and 64 hexadecimal digits. */
	readonly digest: string;
	/** Bytes, as the registry has them. */
	readonly size: number;
}

/** An image for one platform. */
export interface Manifest {
	readonly config: Descriptor;
	/** The base first. */
	readonly layers: readonly Descriptor[];
}

/** An entry of an index: the manifest of one platform. */
export interface IndexEntry extends Descriptor {
	readonly os: string;
	readonly architecture: string;
	/** Such as `v8`; empty when the index has none. */
	readonly variant: string;
}

/** overlayfs takes 500 layers; no tool makes images of more than 127 (Docker's limit). */
const mostLayers = 127;

/** `sha256:` and the digits of these bytes. */
export function digestOfBytes(bytes: string | Uint8Array): string {
	return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/**
 * Parses a manifest or an index of OCI or of Docker's schema 2.
 *
 * @param name - the image, for messages
 * @throws TsboxError E_IMAGE_INVALID for anything else, for an encrypted or foreign layer, and for more than 127 layers.
 */
export function readManifest(name: string, text: string): Manifest | readonly IndexEntry[] {
	const value = parseJson(text);
	if (!isObject(value)) throw invalid(name, 'its manifest is not JSON');
	if (value['schemaVersion'] === 1 || /docker\.distribution\.manifest\.v1\+/.test(String(value['mediaType'])))
		throw invalid(name, 'its manifest has the format of 2014 (schema 1)', {
			hint: 'ask for a newer tag, or push the image again with a current tool',
		});
	if (Array.isArray(value['manifests'])) return value['manifests'].map(entry => indexEntry(name, entry));
	if (!Array.isArray(value['layers'])) throw invalid(name, 'its manifest has no layers');
	const layers = value['layers'].map((layer, at) => layerOf(name, layer, at));
	if (layers.length === 0) throw invalid(name, 'its manifest has no layers');
	if (layers.length > mostLayers) throw invalid(name, `it has ${layers.length} layers, more than ${mostLayers}`);
	return {config: descriptor(name, value['config'], 'the configuration'), layers};
}

/**
 * The diff ids of a configuration: the digests of the uncompressed layers, base first.
 *
 * @throws TsboxError E_IMAGE_INVALID when there are not as many as layers.
 */
export function diffIdsOf(name: string, config: string, layers: number): readonly string[] {
	const value = parseJson(config);
	const rootfs = isObject(value) ? value['rootfs'] : undefined;
	const ids: unknown = isObject(rootfs) ? rootfs['diff_ids'] : undefined;
	if (!Array.isArray(ids) || ids.length !== layers || !ids.every(isDigest))
		throw invalid(name, 'its configuration does not have one diff id for each layer');
	return ids;
}

function layerOf(name: string, value: unknown, at: number): Descriptor {
	const layer = descriptor(name, value, `layer ${at + 1}`);
	if (layer.mediaType.endsWith('+encrypted'))
		throw invalid(name, `its layer ${at + 1} is encrypted`, {
			hint: 'decrypt it with `skopeo copy --decryption-key KEY` and use the copy',
		});
	if (/foreign|nondistributable/.test(layer.mediaType))
		throw invalid(name, `its layer ${at + 1} is not in the registry (${layer.mediaType})`, {
			why: 'foreign layers are those of Windows, which come from a server of their owner',
			hint: 'choose an image for Linux, such as with `platform: linux/amd64`',
		});
	if (!/tar/.test(layer.mediaType)) throw invalid(name, `its layer ${at + 1} is no tar but ${layer.mediaType}`);
	return layer;
}

function indexEntry(name: string, value: unknown): IndexEntry {
	const platform = isObject(value) && isObject(value['platform']) ? value['platform'] : {};
	const word = (key: string): string => {
		const text = platform[key];
		return typeof text === 'string' ? text : '';
	};
	return {
		...descriptor(name, value, 'an entry of its index'),
		os: word('os'),
		architecture: word('architecture'),
		variant: word('variant'),
	};
}

function descriptor(name: string, value: unknown, what: string): Descriptor {
	const {mediaType, digest, size} = isObject(value) ? value : {};
	if (typeof mediaType !== 'string' || !isDigest(digest) || typeof size !== 'number' || !Number.isSafeInteger(size))
		throw invalid(name, `${what} has no media type, sha256 digest, or size`);
	if (size < 0) throw invalid(name, `${what} has a negative size`);
	return {mediaType, digest, size};
}

/** Whether a value is `sha256:` and 64 hexadecimal digits, the only form that this program uses as a file name. */
export function isDigest(value: unknown): value is string {
	return typeof value === 'string' && /^sha256:[0-9a-f]{64}$/.test(value);
}

function invalid(name: string, why: string, facts: {readonly why?: string; readonly hint?: string} = {}): TsboxError {
	return new TsboxError('E_IMAGE_INVALID', `the image ${name} cannot be used: ${why}`, facts);
}
