import {create} from 'tar';
import {makeLink} from '../../host/files/link.ts';
import type {Host} from '../../host/host.ts';
import {blobsOf, type LayoutImage, layoutFiles} from './layout.ts';
import {blobPath} from '../store/blobs.ts';

/** What tools an archive of images is for. */
export type ArchiveFormat = 'docker-archive' | 'oci-archive';

/**
 * Prepares an archive of images as a stream: an OCI image layout with the blobs as registries have them, so that all digests stay. As Docker
 * has it since 25, `docker-archive` has a manifest.json besides, for `docker load` of any age. The same images give the same bytes.
 *
 * @param work - an empty folder of the caller's, which must stay until the end of the stream
 * @throws TsboxError E_IMAGE_INVALID when the store has lost a blob.
 */
export function saveArchive(
	host: Host,
	store: string,
	images: readonly LayoutImage[],
	{
		work,
		format,
		shortName,
	}: {
		readonly work: string;
		readonly format: ArchiveFormat;
		/** The form in which Docker writes a complete name. */
		readonly shortName: (name: string) => string;
	},
): NodeJS.ReadableStream {
	const files: Record<string, string> = {...layoutFiles(host, store, images)};
	if (format === 'docker-archive')
		files['manifest.json'] = JSON.stringify(
			images.map(({image: {config, layers}, names}) => ({
				Config: blobEntry(config),
				RepoTags: names.length === 0 ? null : names.map(shortName),
				Layers: layers.map(({digest}) => blobEntry(digest)),
			})),
		);
	for (const [name, text] of Object.entries(files)) host.writeWhole(`${work}/${name}`, text, 0o600);
	host.mkdirs(`${work}/blobs/sha256`, 0o700);
	const blobs = [...new Set(images.flatMap(({image}) => blobsOf(image)))];
	for (const digest of blobs) makeLink(blobPath(store, digest), `${work}/${blobEntry(digest)}`);
	const entries = [...Object.keys(files), ...blobs.map(blobEntry)];
	return create(
		{cwd: work, follow: true, portable: true, mtime: new Date(0)},
		entries,
	) as unknown as NodeJS.ReadableStream;
}

function blobEntry(digest: string): string {
	return `blobs/${digest.replace(':', '/')}`;
}
