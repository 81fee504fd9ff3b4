import type {Host} from '../../host/host.ts';
import {digestOfBytes} from '../../image/oci/manifest.ts';
import {keepBlob} from '../../image/store/blobs.ts';
import {keepImage, keepName, type LayerRecord} from '../../image/store/images.ts';
import type {OciConfig} from '../plan/oci-config.ts';

/** An image that a build made. */
export interface WrittenImage {
	/** Digest of its manifest. */
	readonly manifest: string;
	/** Digest of its configuration: what Docker calls the id of an image. */
	readonly config: string;
	readonly layers: readonly LayerRecord[];
}

const types = {
	manifest: 'application/vnd.oci.image.manifest.v1+json',
	config: 'application/vnd.oci.image.config.v1+json',
} as const;

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
	const configText = JSON.stringify(config);
	const configDigest = digestOfBytes(configText);
	const manifestText = JSON.stringify({
		schemaVersion: 2,
		mediaType: types.manifest,
		config: {mediaType: types.config, digest: configDigest, size: Buffer.byteLength(configText)},
		layers: layers.map(({mediaType, digest, size}) => ({mediaType, digest, size})),
	});
	const manifest = digestOfBytes(manifestText);
	keepBlob(host, store, configDigest, configText);
	keepBlob(host, store, manifest, manifestText);
	keepImage(host, store, {schema: 1, manifest, config: configDigest, layers, created: host.now()});
	for (const name of names) {
		keepName(host, store, {schema: 1, name, digest: manifest, manifest, pulled: host.now()});
	}
	return {manifest, config: configDigest, layers};
}
