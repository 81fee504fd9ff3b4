import {TsboxError} from '../../errors/tsbox-error.ts';
import {cachedMounts, cachedRows, type CachePlace, deadRows} from '../../image/store/build-cache.ts';
import {heldNow} from '../../image/store/hold.ts';
import {allImages} from '../../image/store/images.ts';
import {makeStore, newWorkPath} from '../../image/store/store.ts';
import {onlyCached, removeUnneeded} from '../../image/store/unneeded.ts';
import {removeStubborn} from '../../image/store/work-folder.ts';
import type {Machine} from '../machine/machine.ts';
import {imageUsers} from './image-users.ts';
import type {Pruned, PruneOptions} from './prune-images.ts';
import {readableUse} from './readable-use.ts';

/** What builds keep, in bytes. */
export interface CacheUse {
	/** Rows that have a layer, and folders of mounts. */
	readonly count: number;
	/** Those whose layer an image has too. */
	readonly active: number;
	/** What goes with `pruneBuildCache`: layers that images have count as theirs. */
	readonly bytes: number;
	/** A part of a mount may not be read, and is not counted. */
	readonly unread: boolean;
}

/** What goes, and how it is told. */
type Candidate = Pruned['removed'][number] & CachePlace;

/** Adds up what builds keep for later ones. */
export function cacheUse(machine: Machine): CacheUse {
	const {host, dirs} = machine;
	const rows = cachedRows(host, dirs.store).filter(({layer}) => layer !== null);
	const mounts = cachedMounts(host, dirs.store).map(({path}) => readableUse(host, path));
	const isInImage = imageLayers(machine);
	return {
		count: rows.length + mounts.length,
		active: rows.filter(({layer}) => layer !== null && isInImage(layer.diffId)).length,
		bytes: sum([...onlyCached(host, dirs.store, imageUsers(machine).parts), ...mounts]),
		unread: mounts.some(({unread}) => unread),
	};
}

/**
 * Removes what builds keep for later ones: layers that no image has, and folders of cache mounts.
 *
 * @param options - `all`: also the notes by which a build finds the layers of images again, and the times of rows; `olderMs`: only what no
 *     build asked for since; `keepBytes`: what was asked for longest ago, until the rest takes no more than this
 * @throws TsboxError E_IMAGE_IN_USE while a build runs.
 */
export async function pruneBuildCache(machine: Machine, options: PruneOptions = {}): Promise<Pruned> {
	const {host, facts, dirs} = machine;
	const isBusy = (): boolean => heldNow(host, dirs.store) === 'everything';
	if (isBusy()) {
		throw new TsboxError('E_IMAGE_IN_USE', 'the cache of builds is in use', {
			why: 'a build, commit, import or load is running',
			hint: 'try again when it has ended',
		});
	}
	const before = cacheUse(machine).bytes;
	for (const path of deadRows(host, dirs.store)) host.removeTree(path);
	let parts = 0;
	const sweep = async (): Promise<void> => {
		parts += (await removeUnneeded(host, facts, dirs.store, () => imageUsers(machine).parts)).length;
	};
	const removed: Candidate[] = [];
	for (const candidate of candidates(machine, options)) {
		if (options.keepBytes !== undefined && cacheUse(machine).bytes <= options.keepBytes) break;
		if (candidate.kind === 'row') host.removeTree(candidate.path);
		else if (!(await removeMount(machine, candidate.path, isBusy))) continue;
		removed.push(candidate);
		// Only then is it known how much went.
		if (options.keepBytes !== undefined) await sweep();
	}
	await sweep();
	const after = cacheUse(machine).bytes;
	return {
		removed: removed.map(({kind, names, digest}) => ({kind, names, digest})),
		parts,
		bytes: Math.max(0, before - after),
		cached: after,
	};
}

/** What may go, what was asked for longest ago first. */
function candidates(machine: Machine, {all = false, olderMs}: PruneOptions): readonly Candidate[] {
	const {host, dirs} = machine;
	const isInImage = imageLayers(machine);
	const rows = cachedRows(host, dirs.store)
		// A row without a layer takes no space, and has the time that an image is made with again.
		.filter(({layer}) => all || (layer === null ? olderMs !== undefined : !isInImage(layer.diffId)))
		.map(({key, command, path, used}): Candidate => ({kind: 'row', names: [command], digest: key, path, used}));
	const mounts = cachedMounts(host, dirs.store).map(
		({id, key, path, used}): Candidate => ({kind: 'mount', names: [id], digest: key, path, used}),
	);
	return [...rows, ...mounts]
		.filter(({used}) => olderMs === undefined || host.now() - used >= olderMs)
		.sort((one, other) => one.used - other.used);
}

/** A rename takes a mount away at once; a build that began meanwhile gets it back. */
async function removeMount({host, facts, dirs}: Machine, path: string, isBusy: () => boolean): Promise<boolean> {
	makeStore(host, dirs.store);
	const work = newWorkPath(host, dirs.store);
	host.rename(path, work);
	const isBack = isBusy() && host.lstat(path) === undefined;
	if (isBack) host.rename(work, path);
	else await removeStubborn(host, facts, work);
	return !isBack;
}

function imageLayers({host, dirs}: Machine): (diffId: string) => boolean {
	const all = new Set(allImages(host, dirs.store).flatMap(({layers}) => layers.map(({diffId}) => diffId)));
	return diffId => all.has(diffId);
}

function sum(all: readonly {readonly bytes: number}[]): number {
	return all.reduce((bytes, each) => bytes + each.bytes, 0);
}
