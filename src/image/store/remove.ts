import type {HostFacts} from '../../host/facts.ts';
import type {Host} from '../../host/host.ts';
import {allNames, imagePath, keepImage, keepName, namePath, type OciImageRecord} from './images.ts';
import {imageFolder, type ImageName, makeStore, newWorkPath} from './store.ts';
import {removeStubborn} from './work-folder.ts';

/**
 * Removes one form of an unpacked archive. A rename takes it out of the store, so that no process sees a part of it and a kill leaves
 * only what a sweep removes.
 */
export async function removeArchive(host: Host, facts: HostFacts, store: string, archive: ImageName): Promise<void> {
	makeStore(host, store);
	const work = newWorkPath(host, store);
	host.rename(imageFolder(store, archive), work);
	await removeStubborn(host, facts, work);
}

/**
 * Removes the names and the record of an image; its blobs and layers stay for `removeUnneeded`.
 *
 * @param isUsed - whether a container uses it, asked once more when the record is gone: a start that came between writes its own first
 * @returns the names that it had; undefined when a start came between, and all is as before
 */
export function forgetImage(
	host: Host,
	store: string,
	image: OciImageRecord,
	isUsed: () => boolean,
): readonly string[] | undefined {
	const names = allNames(host, store).filter(({manifest}) => manifest === image.manifest);
	for (const {name} of names) host.removeTree(namePath(store, name));
	host.removeTree(imagePath(store, image.manifest));
	if (!isUsed()) return names.map(({name}) => name);
	keepImage(host, store, image);
	for (const name of names) keepName(host, store, name);
	return undefined;
}
