import type {Machine} from '../machine/machine.ts';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {errnoOf} from '../../host/errno.ts';
import {ownerRuns} from '../../image/store/owner.ts';
import {makeStore, newWorkPath} from '../../image/store/store.ts';
import {removeStubborn} from '../../image/store/work-folder.ts';
import {isVolumeName} from '../../spec/values/named-volume.ts';
import {stateOf} from '../../state/record.ts';
import {allVolumes, makeVolume, readVolume, volumeData, volumeFolder, type VolumeRecord} from '../../state/volume.ts';
import {allRecords} from '../machine/find-container.ts';
import {noVolume} from '../plan/resolve-volumes.ts';

/** One named volume, and who mounts it. */
export interface VolumeSummary {
	readonly name: string;
	/** The project that made it; null for one of `volume create`. */
	readonly project: string | null;
	/** Its key in the spec of that project. */
	readonly volume: string | null;
	readonly labels: Readonly<Record<string, string>>;
	/** The uid of the host that root of the container was for which it was made; null for one of `volume create`. */
	readonly root: number | null;
	/** Milliseconds since the epoch. */
	readonly created: number;
	/** The folder that is mounted. */
	readonly path: string;
	/** Names of the containers that mount it, or will when they are started again. */
	readonly usedBy: readonly string[];
}

/**
 * The containers that mount a volume. One that has ended and was not removed counts, as with docker: it is started on it
 * again. What a crash left does not.
 */
function usersOf(machine: Machine, name: string): readonly string[] {
	const {host, dirs} = machine;
	const data = volumeData(dirs.store, name);
	return allRecords(machine)
		.filter(({config}) => config.mounts.some(({source}) => source === data))
		.filter(record => record.detached !== undefined || stateOf(host, record) !== 'dead')
		.map(record => record.name);
}

function summary(machine: Machine, {name, project, volume, labels, root, created}: VolumeRecord): VolumeSummary {
	const path = volumeData(machine.dirs.store, name);
	return {name, project, volume, labels, root, created, path, usedBy: usersOf(machine, name)};
}

/** The named volumes of the store, by name. */
export async function listVolumes(machine: Machine): Promise<readonly VolumeSummary[]> {
	return allVolumes(machine.host, machine.dirs.store).map(record => summary(machine, record));
}

/**
 * One of them.
 *
 * @throws TsboxError E_VOLUME_NOT_FOUND.
 */
export async function inspectVolume(machine: Machine, name: string): Promise<VolumeSummary> {
	const found = (await listVolumes(machine)).find(each => each.name === name);
	if (found !== undefined) return found;
	throw noVolume(name, names(machine), '`tsbox volume ls` lists them');
}

function names({host, dirs}: Machine): readonly string[] {
	return allVolumes(host, dirs.store).map(({name}) => name);
}

/**
 * Makes a volume that belongs to no project; one that is there stays as it is, as with docker.
 *
 * @throws TsboxError E_USAGE for a name that can't be.
 */
export async function createVolume(
	{host, dirs}: Machine,
	name: string,
	labels: Readonly<Record<string, string>>,
): Promise<void> {
	if (!isVolumeName(name))
		throw new TsboxError('E_USAGE', `${JSON.stringify(name)} can't be the name of a volume`, {
			hint: 'begin with a letter or digit, and use a-z A-Z 0-9 _ . - alone',
		});
	makeVolume(host, dirs.store, {schema: 1, name, project: null, volume: null, labels, root: null});
}

/**
 * Removes a volume and all in it.
 *
 * @throws TsboxError E_VOLUME_NOT_FOUND, E_VOLUME_IN_USE.
 */
export async function removeVolume(machine: Machine, name: string): Promise<void> {
	if (!names(machine).includes(name)) throw noVolume(name, names(machine), '`tsbox volume ls` lists them');
	const users = await removeUnused(machine, name);
	if (users.length > 0) throw volumeInUse(name, users);
}

/** The error for a volume that stays because of its users. */
export function volumeInUse(name: string, users: readonly string[]): TsboxError {
	return new TsboxError('E_VOLUME_IN_USE', `the volume ${name} stays`, {
		why: `${users.join(', ')} ${users.length === 1 ? 'mounts' : 'mount'} it`,
		hint: `remove ${users.length === 1 ? 'that container' : 'those containers'} first: \`tsbox down ${users[0] ?? ''}\``,
	});
}

/** Removes the volumes that no container mounts, and no `verify` is to look at; gives their names. */
export function pruneVolumes(machine: Machine): Promise<readonly string[]> {
	return removeAll(machine, ({owner}) => owner === undefined || !ownerRuns(machine.host, owner));
}

/** Removes the volumes that were made for the runs of a `verify` which is gone; gives their folders. */
export async function sweepVolumes(machine: Machine): Promise<readonly string[]> {
	const removed = await removeAll(machine, ({owner}) => owner !== undefined && !ownerRuns(machine.host, owner));
	return removed.map(name => volumeFolder(machine.dirs.store, name));
}

/** Removes those that no container mounts of the volumes that are meant; gives their names. */
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
 * Removes the volumes that a project made, but for the `spared`, those that its spec calls external; one that a container
 * still mounts, which is another project's by then, is `kept`.
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
		// Those of a run are `verify`'s to remove, or of `gc`.
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
 * Removes a volume that nobody uses, and else gives its users. It leaves by a rename, so that nobody sees half of it. A
 * start has its record written before it looks for its volumes: one that came in between is seen by the second look, and
 * gets its volume back.
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
		// Another one was faster.
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
