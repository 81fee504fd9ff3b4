import type {Host} from '../../host/host.ts';
import {digestOfBytes} from '../oci/manifest.ts';
import {keepBlob} from '../store/blobs.ts';
import {keepImage, keepName, type LayerRecord} from '../store/images.ts';

/** The media types of the image-spec. */
const types = {
	manifest: 'application/vnd.oci.image.manifest.v1+json',
	config: 'application/vnd.oci.image.config.v1+json',
} as const;

/**
 * Writes the configuration, the manifest, and the records of an image that was made here, whose layers are in the store already. The caller
 * holds its layers.
 *
 * @param names - its complete names, which are taken from the images that had them
 * @returns the digests of the manifest and of the configuration. The same configuration and layers give the same ones.
 */
export function keepNewImage(
	host: Host,
	store: string,
	{
		names,
		config,
		layers,
	}: {readonly names: readonly string[]; readonly config: object; readonly layers: readonly LayerRecord[]},
): {readonly manifest: string; readonly config: string} {
	const configText = JSON.stringify(config);
	const configDigest = digestOfBytes(configText);
	const text = JSON.stringify({
		schemaVersion: 2,
		mediaType: types.manifest,
		config: {mediaType: types.config, digest: configDigest, size: Buffer.byteLength(configText)},
		layers: layers.map(({mediaType, digest, size}) => ({mediaType, digest, size})),
	});
	const manifest = digestOfBytes(text);
	keepBlob(host, store, configDigest, configText);
	keepBlob(host, store, manifest, text);
	const created = host.now();
	keepImage(host, store, {schema: 1, manifest, config: configDigest, layers, created});
	for (const name of names)
		keepName(host, store, {schema: 1, name, digest: manifest, manifest, pulled: created, isLocal: true});
	return {manifest, config: configDigest};
}
