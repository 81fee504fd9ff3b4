import {TsboxError} from '../../errors/tsbox-error.ts';
import {diffIdsOf, readManifest} from '../oci/manifest.ts';
import {entryFor} from '../oci/platform.ts';
import type {OciImage} from '../store/facts.ts';

/**
 * The facts of an image all of whose blobs are at hand. None of it counts as stored.
 *
 * @param textOf - the text of a blob whose digest was compared; undefined when it is missing
 * @param platform - `linux/amd64`, which counts when `digest` is that of an index
 * @throws TsboxError E_IMAGE_INVALID, E_IMAGE_NOT_FOUND.
 */
export function localImage(
	textOf: (digest: string) => string | undefined,
	{reference, digest, platform}: {readonly reference: string; readonly digest: string; readonly platform: string},
): OciImage {
	const read = (wanted: string): string => {
		const text = textOf(wanted);
		if (text !== undefined) return text;
		throw new TsboxError('E_IMAGE_INVALID', `the image ${reference} is not whole`, {
			why: `its blob ${wanted} is missing`,
			hint: 'make the archive again',
		});
	};
	const top = readManifest(reference, read(digest));
	const manifestDigest = 'length' in top ? entryFor(reference, top, platform).digest : digest;
	const manifest = 'length' in top ? readManifest(reference, read(manifestDigest)) : top;
	if ('length' in manifest)
		throw new TsboxError('E_IMAGE_INVALID', `the image ${reference} cannot be used: its index has an index in it`);
	const ids = diffIdsOf(reference, read(manifest.config.digest), manifest.layers.length);
	return {
		kind: 'image',
		reference,
		digest,
		manifest: manifestDigest,
		config: manifest.config.digest,
		layers: manifest.layers.map(({mediaType, digest: blob, size}, at) => ({
			diffId: ids[at] ?? '',
			digest: blob,
			size,
			mediaType,
			path: '',
			stored: false,
		})),
		stored: false,
		bytes: manifest.layers.reduce((all, {size}) => all + size, 0),
		source: '',
	};
}
