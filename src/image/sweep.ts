import type {HostFacts} from '../host/facts.ts';
import type {Host} from '../host/host.ts';
import {ownerRuns} from './owner.ts';
import {imageOfFolder, imagesFolder, workFolder} from './store.ts';
import {removeStubborn} from './work-folder.ts';

/**
 * Removes what a crash left in the store: work folders whose process is gone, and images that are not whole. Folders of
 * running processes stay.
 *
 * @returns The paths that were removed.
 */
export async function sweepStore(host: Host, facts: HostFacts, store: string): Promise<readonly string[]> {
	const works = host
		.list(workFolder(store))
		.filter(name => !ownerRuns(host, name))
		.map(name => `${workFolder(store)}/${name}`);
	const broken = host
		.list(imagesFolder(store))
		.filter(
			name =>
				imageOfFolder(name) === undefined || host.lstat(`${imagesFolder(store)}/${name}/image.json`) === undefined,
		)
		.map(name => `${imagesFolder(store)}/${name}`);
	const paths = [...works, ...broken];
	for (const path of paths) await removeStubborn(host, facts, path);
	return paths;
}
