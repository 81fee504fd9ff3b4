import type {Machine} from '../machine/machine.ts';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {errnoOf} from '../../host/errno.ts';
import {ownerRuns} from '../../image/store/owner.ts';
import {makeStore, newWorkPath} from '../../image/store/store.ts';
import {removeStubborn} from '../../image/store/work-folder.ts';
import {isVolumeName} from '../../spec/volumes/named-volume.ts';
import {volumeLabels} from '../../state/compose-labels.ts';
import {stateOf} from '../../state/record.ts';
import {allVolumes, makeVolume, readVolume, volumeData, volumeFolder, type VolumeRecord} from '../../state/volume.ts';
import {allRecords} from '../machine/find-container.ts';
import {noVolume} from '../plan/resolve-volumes.ts';

/** A named volume and the containers that mount it. */
export interface VolumeSummary {
	readonly name: string;
	/** The project that created the volume; null for `volume create`. */
	readonly project: string | null;
	/** The volume's key in the spec of that project. */
	readonly volume: string | null;
	readonly labels: Readonly<Record<string, string>>;
	/** The container of an anonymous volume, which its image declares; null for any other volume. */
	readonly container: string | null;
	/** The host uid that root of its first container maps to; null for `volume create`. */
	readonly root: number | null;
	/** Milliseconds since the epoch. */
	readonly created: number;
	readonly path: string;
	/** Names of the containers that mount the volume, including ended ones that may start again. */
	readonly usedBy: readonly string[];
}

/**
 * The containers that mount a volume. As with docker, an ended container that was not removed counts, because it may start
 * again. Remains of a crash do not count.
 */
function usersOf(machine: Machine, name: string): readonly string[] {
	const {host, dirs} = machine;
	const data = volumeData(dirs.store, name);
	return allRecords(machine)
		.filter(({config}) => config.mounts.some(({source}) => source === data))
		.filter(record => record.detached !== undefined || stateOf(host, record) !== 'dead')
		.map(record => record.name);
}

function summary(machine: Machine, record: VolumeRecord): VolumeSummary {
	const {name, project, volume, labels, container, root, created} = record;
	const path = volumeData(machine.dirs.store, name);
	return {
		name,
		project,
		volume,
		labels: {...labels, ...volumeLabels(record)},
		container: container ?? null,
		root,
		created,
		path,
		usedBy: usersOf(machine, name),
	};
}

/** Lists the named volumes in the store by name. */
export async function listVolumes(machine: Machine): Promise<readonly VolumeSummary[]> {
	return allVolumes(machine.host, machine.dirs.store).map(record => summary(machine, record));
}

/**
 * One named volume.
 *
 * @throws TsboxError E_VOLUME_NOT_FOUND.
 */
export async function inspectVolume(machine: Machine, name: string): Promise<VolumeSummary> {
	const found = (await listVolumes(machine)).find(each => each.name === name);
	if (found !== undefined) return found;
	throw noVolume(name, names(machine), 'list the volumes with `tsbox volume ls`');
}

function names({host, dirs}: Machine): readonly string[] {
	return allVolumes(host, dirs.store).map(({name}) => name);
}

/**
 * Creates a volume that belongs to no project. As with docker, an existing volume stays as it is.
 *
 * @throws TsboxError E_USAGE for an invalid name.
 */
export async function createVolume(
	{host, dirs}: Machine,
	name: string,
	labels: Readonly<Record<string, string>>,
): Promise<void> {
	if (!isVolumeName(name))
		throw new TsboxError('E_USAGE', `${JSON.stringify(name)} is not a valid volume name`, {
			hint: 'start with a letter or digit, and use only a-z A-Z 0-9 _ . -',
		});
	makeVolume(host, dirs.store, {schema: 1, name, project: null, volume: null, labels, root: null});
}

/**
 * Removes a volume and its content.
 *
 * @throws TsboxError E_VOLUME_NOT_FOUND, E_VOLUME_IN_USE.
 */
export async function removeVolume(machine: Machine, name: string): Promise<void> {
	if (!names(machine).includes(name)) throw noVolume(name, names(machine), 'list the volumes with `tsbox volume ls`');
	const users = await removeUnused(machine, name);
	if (users.length > 0) throw volumeInUse(name, users);
}

/** The error for a volume that containers mount. */
export function volumeInUse(name: string, users: readonly string[]): TsboxError {
	return new TsboxError('E_VOLUME_IN_USE', `the volume ${name} is in use`, {
		why: `${users.join(', ')} ${users.length === 1 ? 'mounts' : 'mount'} it`,
		hint: `remove ${users.length === 1 ? 'that container' : 'those containers'} first: \`tsbox down ${users[0] ?? ''}\``,
	});
}

/** Removes all volumes that no container mounts and no running `verify` needs, and returns their names. */
export function pruneVolumes(machine: Machine): Promise<readonly string[]> {
	return removeAll(machine, ({owner}) => owner === undefined || !ownerRuns(machine.host, owner));
}

/** Removes volumes of `verify` runs that have ended, and returns their folders. */
export async function sweepVolumes(machine: Machine): Promise<readonly string[]> {
	const removed = await removeAll(machine, ({owner}) => owner !== undefined && !ownerRuns(machine.host, owner));
	return removed.map(name => volumeFolder(machine.dirs.store, name));
}

/** The names of the anonymous volumes of containers. Those of a verify run are none: `verify` or `gc` removes them. */
export function ownVolumes({host, dirs}: Machine, containers: readonly string[]): readonly string[] {
	return allVolumes(host, dirs.store).flatMap(({name, container, owner}) =>
		container !== undefined && containers.includes(container) && owner === undefined ? [name] : [],
	);
}

/** Removes the anonymous volumes of containers that are gone, but for those that are spared. */
export async function removeOwnVolumes(
	machine: Machine,
	containers: readonly string[],
	spared: readonly string[] = [],
): Promise<void> {
	const own = ownVolumes(machine, containers);
	await removeAll(machine, ({name}) => own.includes(name) && !spared.includes(name));
}

/** Removes the selected volumes that no container mounts, and returns their names. */
async function removeAll(
	machine: Machine,
	isMeant: (volume: ReturnType<typeof allVolumes>[number]) => boolean,
): Promise<readonly string[]> {
	const removed: string[] = [];
	for (const volume of allVolumes(machine.host, machine.dirs.store))
		if (isMeant(volume) && (await removeUnused(machine, volume.name)).length === 0) removed.push(volume.name);
	return removed;
}

/**
 * Removes the volumes of a project, except those in `spared`, which its spec declares as external. Volumes that a container of
 * another project mounts stay and are returned as `kept`.
 */
export async function removeProjectVolumes(
	machine: Machine,
	project: string,
	spared: readonly string[],
): Promise<{
	readonly removed: readonly string[];
	readonly kept: readonly {readonly name: string; readonly usedBy: readonly string[]}[];
}> {
	const own = allVolumes(machine.host, machine.dirs.store).filter(
		// Volumes of a verify run are removed by `verify` or `gc`.
		each => each.project === project && each.owner === undefined && !spared.includes(each.name),
	);
	const removed: string[] = [];
	const kept: {readonly name: string; readonly usedBy: readonly string[]}[] = [];
	for (const {name} of own) {
		const usedBy = await removeUnused(machine, name);
		if (usedBy.length === 0) removed.push(name);
		else kept.push({name, usedBy});
	}
	return {removed, kept};
}

/**
 * Removes a volume, or returns the containers that use it. A rename moves the volume away at once, so that no start sees half
 * of it. A start writes its record before it looks for its volumes, so the second check finds a start that came in between
 * and restores the volume.
 */
async function removeUnused(machine: Machine, name: string): Promise<readonly string[]> {
	const {
		host,
		facts,
		dirs: {store},
	} = machine;
	const users = usersOf(machine, name);
	if (users.length > 0) return users;
	makeStore(host, store);
	const work = newWorkPath(host, store);
	try {
		host.rename(volumeFolder(store, name), work);
	} catch (error) {
		// Another process removed the volume first.
		if (errnoOf(error) === 'ENOENT') return [];
		throw error;
	}
	const late = usersOf(machine, name);
	if (late.length > 0 && readVolume(host, store, name) === undefined) {
		host.rename(work, volumeFolder(store, name));
		return late;
	}
	await removeStubborn(host, facts, work);
	return [];
}
