import {removeOwned} from '../../host/files/remove-owned.ts';
import type {ArchiveFormat} from '../../image/transfer/save-archive.ts';
import type {LayoutImage} from '../../image/transfer/layout.ts';
import {isRegistry} from '../../image/pull/source.ts';
import {hold} from '../../image/store/hold.ts';
import {blobsOf} from '../../image/transfer/layout.ts';
import type {Machine} from '../machine/machine.ts';
import {findOciImage, shortName} from './find-image.ts';
import {type OutputPlace, writeOut} from './write-out.ts';

/**
 * Writes images with their blobs as an archive that `load`, Docker, Podman, and skopeo read. An image has the names by which it is asked
 * for; one that is asked for by its digest has none.
 *
 * @param cwd - where relative paths begin
 * @throws TsboxError E_IMAGE_NOT_FOUND, E_IMAGE_INVALID, E_USAGE, E_COPY_PATH, E_INTERRUPTED.
 */
export async function saveImages(
	machine: Machine,
	words: readonly string[],
	place: OutputPlace,
	{
		format,
		cwd,
		signal,
	}: {readonly format: ArchiveFormat; readonly cwd: string; readonly signal?: AbortSignal | undefined},
): Promise<void> {
	const {
		host,
		facts,
		dirs: {store},
	} = machine;
	const images = new Map<string, LayoutImage>();
	for (const word of words) {
		const {image, name} = findOciImage(machine, word, cwd);
		const before = images.get(image.manifest)?.names ?? [];
		const own = name === undefined || !isRegistry(name.name) ? [] : [name.name];
		images.set(image.manifest, {image, names: [...new Set([...before, ...own])]});
	}
	const all = [...images.values()];
	const {saveArchive} = await import('../../image/transfer/save-archive.ts');
	const work = hold(host, store, {blobs: all.flatMap(({image}) => blobsOf(image)), layers: []});
	try {
		const folder = `${work}/archive`;
		host.mkdir(folder, 0o700);
		const stream = saveArchive(host, store, all, {work: folder, format, shortName});
		await writeOut(host, stream as AsyncIterable<Buffer>, place, {work, signal});
	} finally {
		await removeOwned(host, facts, work);
	}
}
