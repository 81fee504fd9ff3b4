import type {HostFacts} from '../../host/facts.ts';
import type {Host} from '../../host/host.ts';
import {ownerRuns} from './owner.ts';
import {imageOfFolder, imagesFolder, locksFolder, workFolder} from './store.ts';
import {removeStubborn} from './work-folder.ts';

/**
 * Removes what a crash left in the store: work folders whose process is gone, incomplete images, and unused lock files.
 * Folders of running processes stay.
 *
 * @returns The removed paths.
 */
export async function sweepStore(host: Host, facts: HostFacts, store: string): Promise<readonly string[]> {
	const all = host.list(workFolder(store));
	const dead = all.filter(name => !ownerRuns(host, name));
	const works = dead.map(name => `${workFolder(store)}/${name}`);
	// Leftover lock files do no harm. They are removed only while no process unpacks, because it may hold one.
	const locks =
		dead.length < all.length ? [] : host.list(locksFolder(store)).map(name => `${locksFolder(store)}/${name}`);
	const broken = host
		.list(imagesFolder(store))
		.filter(
			name =>
				imageOfFolder(name) === undefined || host.lstat(`${imagesFolder(store)}/${name}/image.json`) === undefined,
		)
		.map(name => `${imagesFolder(store)}/${name}`);
	const paths = [...works, ...broken, ...locks];
	for (const path of paths) await removeStubborn(host, facts, path);
	return paths;
}
