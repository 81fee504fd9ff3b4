import type {Host} from '../../host/host.ts';
import {keepNewImage} from '../../image/create/keep-new-image.ts';
import type {LayerRecord} from '../../image/store/images.ts';
import type {OciConfig} from '../plan/oci-config.ts';

/** An image that a build made. */
export interface WrittenImage {
	/** Digest of its manifest. */
	readonly manifest: string;
	/** Digest of its configuration: what Docker calls the id of an image. */
	readonly config: string;
	readonly layers: readonly LayerRecord[];
}

/** Layers of Docker's manifests by their names in OCI manifests: the bytes are the same. */
const layerTypes: Readonly<Record<string, string>> = {
	'application/vnd.docker.image.rootfs.diff.tar': 'application/vnd.oci.image.layer.v1.tar',
	'application/vnd.docker.image.rootfs.diff.tar.gzip': 'application/vnd.oci.image.layer.v1.tar+gzip',
	'application/vnd.docker.image.rootfs.diff.tar.zstd': 'application/vnd.oci.image.layer.v1.tar+zstd',
};

/**
 * Writes the manifest and the configuration of an image into the store and gives it names. Its layers must be there.
 *
 * @param names - complete references: `docker.io/library/app:latest`
 */
export function writeImage(
	host: Host,
	store: string,
	config: OciConfig,
	given: readonly LayerRecord[],
	names: readonly string[],
): WrittenImage {
	const layers = given.map(layer => ({...layer, mediaType: layerTypes[layer.mediaType] ?? layer.mediaType}));
	return {...keepNewImage(host, store, {names, config, layers}), layers};
}
