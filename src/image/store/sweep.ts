import type {HostFacts} from '../../host/facts.ts';
import type {Host} from '../../host/host.ts';
import {deadRows, idleLocks} from './build-cache.ts';
import {ownerRuns} from './owner.ts';
import {readImage} from './images.ts';
import {isObject, parseJson} from './json.ts';
import {lowerRecordIn} from './lower.ts';
import {
	imageOfFolder,
	imagesFolder,
	locksFolder,
	lowerFolder,
	manifestsFolder,
	namesFolder,
	workFolder,
} from './store.ts';
import {removeStubborn} from './work-folder.ts';

/**
 * Removes what a crash left in the store: work folders whose process is gone, incomplete archives and layers, damaged records of images,
 * names, and rows of builds, and unused lock files. Folders of running processes stay.
 *
 * @returns The removed paths.
 */
export async function sweepStore(host: Host, facts: HostFacts, store: string): Promise<readonly string[]> {
	const all = host.list(workFolder(store));
	const dead = all.filter(name => !ownerRuns(host, name));
	const works = dead.map(name => `${workFolder(store)}/${name}`);
	// Leftover lock files do no harm. They are removed only while no process unpacks, because it may hold one.
	const locks =
		dead.length < all.length
			? []
			: [...host.list(locksFolder(store)).map(name => `${locksFolder(store)}/${name}`), ...idleLocks(host, store)];
	const broken = host
		.list(imagesFolder(store))
		.filter(
			name =>
				imageOfFolder(name) === undefined || host.lstat(`${imagesFolder(store)}/${name}/image.json`) === undefined,
		)
		.map(name => `${imagesFolder(store)}/${name}`);
	const layers = host
		.list(lowerFolder(store))
		.map(name => `${lowerFolder(store)}/${name}`)
		.filter(path => lowerRecordIn(host, path) === undefined);
	const paths = [...works, ...broken, ...layers, ...brokenRecords(host, store), ...locks];
	for (const path of paths) await removeStubborn(host, facts, path);
	// After the layers that are incomplete.
	const rows = deadRows(host, store);
	for (const path of rows) host.removeTree(path);
	return [...paths, ...rows];
}

/** Records of images that a power cut left damaged, and of names that point to no image. The temporary file of a writer is none. */
function brokenRecords(host: Host, store: string): readonly string[] {
	const isRecord = (name: string): boolean => /^[0-9a-f]{64}\.json$/.test(name);
	const images = host
		.list(manifestsFolder(store))
		.filter(name => isRecord(name) && readImage(host, store, `sha256:${name.slice(0, -'.json'.length)}`) === undefined)
		.map(name => `${manifestsFolder(store)}/${name}`);
	const names = host
		.list(namesFolder(store))
		.filter(name => {
			if (!isRecord(name)) return false;
			const value = parseJson(host.readText(`${namesFolder(store)}/${name}`) ?? '');
			const manifest = isObject(value) ? value['manifest'] : undefined;
			return typeof manifest !== 'string' || readImage(host, store, manifest) === undefined;
		})
		.map(name => `${namesFolder(store)}/${name}`);
	return [...images, ...names];
}
