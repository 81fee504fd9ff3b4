import type {Host} from '../../host/host.ts';
import {blobText, hasBlob} from '../store/blobs.ts';
import {isObject, parseJson} from '../store/json.ts';
import type {OciImageRecord} from '../store/images.ts';
import type {ImageParts} from '../store/unneeded.ts';
import {TsboxError} from '../../errors/tsbox-error.ts';

/** An image of the store, and the complete names under which a layout has it. */
export interface LayoutImage {
	readonly image: OciImageRecord;
	readonly names: readonly string[];
}

/** The media type of a manifest that does not say its own: OCI image-spec, manifest.md. */
const ociManifest = 'application/vnd.oci.image.manifest.v1+json';

/**
 * The files of an OCI image layout (image-layout.md of the image-spec) beside its blobs: path and text. The names are in the annotations that
 * containerd, Docker, Podman, and skopeo read.
 *
 * @throws TsboxError E_IMAGE_INVALID when the store has lost a blob.
 */
export function layoutFiles(
	host: Host,
	store: string,
	images: readonly LayoutImage[],
): Readonly<Record<'oci-layout' | 'index.json', string>> {
	const manifests = images.flatMap(({image, names}) => {
		const descriptor = descriptorOf(host, store, image);
		if (names.length === 0) return [descriptor];
		return names.map(name => ({
			...descriptor,
			annotations: {'io.containerd.image.name': name, 'org.opencontainers.image.ref.name': name},
		}));
	});
	const index = {schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests};
	return {'oci-layout': '{"imageLayoutVersion":"1.0.0"}', 'index.json': JSON.stringify(index)};
}

/** The digests of all blobs of an image, each once: manifest, configuration, layers with the base first. */
export function blobsOf({manifest, config, layers}: ImageParts): readonly string[] {
	return [...new Set([manifest, config, ...layers.map(({digest}) => digest)])];
}

function descriptorOf(host: Host, store: string, image: OciImageRecord): object {
	const lost = blobsOf(image).find(digest => !hasBlob(host, store, digest));
	const text = blobText(host, store, image.manifest);
	if (lost !== undefined || text === undefined)
		throw new TsboxError('E_IMAGE_INVALID', `the store has lost the blob ${lost ?? image.manifest}`, {
			why: 'someone removed it by hand, or an earlier tsbox did not keep it',
			hint: 'pull the image again',
		});
	const value = parseJson(text);
	const mediaType = isObject(value) && typeof value['mediaType'] === 'string' ? value['mediaType'] : ociManifest;
	return {mediaType, digest: image.manifest, size: Buffer.byteLength(text)};
}
