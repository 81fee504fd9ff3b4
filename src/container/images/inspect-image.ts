import {readMaking} from '../../image/oci/history.ts';
import {blobPath, blobText, hasBlob} from '../../image/store/blobs.ts';
import {parseJson} from '../../image/store/json.ts';
import {allNames, type OciImageRecord} from '../../image/store/images.ts';
import {allLayers} from '../../image/store/unneeded.ts';
import type {Machine} from '../machine/machine.ts';
import {findOciImage} from './find-image.ts';
import {imageUsers} from './image-users.ts';
import {diskUse} from './list-images.ts';

/** A layer of an image in the store. */
export interface LayerFacts {
	/** Digest of the plain tar. */
	readonly diffId: string;
	/** Digest of the blob that registries have, and its bytes. */
	readonly digest: string;
	readonly size: number;
	readonly mediaType: string;
	/** Whether the store has the blob. */
	readonly blob: boolean;
	/** Bytes of the unpacked layer; null when it is not unpacked. */
	readonly unpacked: number | null;
	/** The folders of the unpacked layer, one for each id map. */
	readonly folders: readonly string[];
}

/** Everything known of an image. */
export interface ImageInspection {
	/** Complete names. */
	readonly names: readonly {
		readonly name: string;
		/** What the registry's tag points to. */
		readonly digest: string;
		/** When the registry was last asked, milliseconds since the epoch. */
		readonly pulled: number;
	}[];
	/** Digest of the manifest. */
	readonly digest: string;
	/** Digest of the configuration. */
	readonly config: string;
	/** `linux/amd64`. */
	readonly platform: string;
	/** When it was made, milliseconds since the epoch; null when the image does not say. */
	readonly created: number | null;
	readonly author: string;
	/** Disk use, bytes: blobs and unpacked layers. */
	readonly bytes: number;
	/** The base first. */
	readonly layers: readonly LayerFacts[];
	/** Names of containers. */
	readonly usedBy: readonly string[];
	/** The two texts as JSON; null when they are damaged. */
	readonly manifestJson: unknown;
	readonly configJson: unknown;
}

/**
 * Everything known of an image of the store.
 *
 * @param cwd - where relative paths begin
 * @throws TsboxError E_IMAGE_NOT_FOUND, E_USAGE.
 */
export async function inspectImage(machine: Machine, word: string, cwd: string): Promise<ImageInspection> {
	const {host, dirs} = machine;
	const {image} = findOciImage(machine, word, cwd);
	const text = blobText(host, dirs.store, image.config) ?? '';
	const {platform, created = null, author} = readMaking(text);
	return {
		names: allNames(host, dirs.store)
			.filter(({manifest}) => manifest === image.manifest)
			.map(({name, digest, pulled}) => ({name, digest, pulled})),
		digest: image.manifest,
		config: image.config,
		platform,
		created,
		author,
		bytes: diskUse(machine)(image),
		layers: layerFacts(machine, image),
		usedBy: imageUsers(machine).images.get(image.manifest) ?? [],
		manifestJson: parseJson(host.readText(blobPath(dirs.store, image.manifest)) ?? '') ?? null,
		configJson: parseJson(text) ?? null,
	};
}

/** The layers of an image, the base first. */
export function layerFacts({host, dirs}: Machine, {layers}: OciImageRecord): readonly LayerFacts[] {
	const unpacked = allLayers(host, dirs.store);
	return layers.map(({diffId, digest, size, mediaType}) => {
		const forms = unpacked.filter(each => each.digest === diffId);
		return {
			diffId,
			digest,
			size,
			mediaType,
			blob: hasBlob(host, dirs.store, digest),
			unpacked: forms[0]?.bytes ?? null,
			folders: forms.map(({path}) => `${path}/fs`),
		};
	});
}
