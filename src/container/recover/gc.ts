import type {Machine} from '../machine/machine.ts';
import {isTsboxError} from '../../errors/tsbox-error.ts';
import {bootId, hasEnded} from '../../host/programs/process.ts';
import {removeOwned} from '../../host/files/remove-owned.ts';
import {toolboxesFolder} from '../../host/programs/sealed-tools.ts';
import type {EventSink} from '../../execute/event.ts';
import {withLock} from '../../execute/lock.ts';
import {rollBack} from '../../execute/rollback.ts';
import {isStaleLink} from '../../state/alias.ts';
import {releaseName} from '../../state/claim.ts';
import {containerFolder, containersFolder, isOwned, readRecord, stateOf} from '../../state/record.ts';
import {sweepCopiesInMemory} from './work-place.ts';
import {sweepCopies} from './copy-note.ts';
import {settleForsaken} from './settle-forsaken.ts';
import {sweepPipes, sweepProjects, sweepRuns, sweepTemporary} from './sweep-state.ts';
import {sweepVolumes} from './volumes.ts';

/** Tells whether nobody looks after a container's folder any more. A record that can't be read has no owner to be asked. */
function isAbandoned(machine: Machine, name: string, isLocked = false): boolean {
	const {host, dirs} = machine;
	// The new name of a container has no folder: it goes with the container, or is what a kill left of a rename.
	if (host.lstat(containerFolder(dirs.state, name))?.kind === 'symlink')
		return isStaleLink(host, dirs.state, name, isLocked);
	try {
		const record = readRecord(host, containerFolder(dirs.state, name));
		if (record === undefined) return true;
		// A detached container goes on without its supervisor, and what is left of it waits for `down`.
		if (record.detached !== undefined) return record.bootId !== bootId(host);
		return !isOwned(host, record) && !(record.keepsAlive === true && stateOf(host, record) === 'running');
	} catch (error) {
		// What another user wrote there is not to be carried out as a journal.
		if (isTsboxError(error)) return error.code !== 'E_PERMISSION';
		throw error;
	}
}

async function collect(machine: Machine, name: string, emit: EventSink): Promise<boolean> {
	const {host, dirs, facts} = machine;
	// Looked at again with the lock held: another gc may have been here, and the name may be somebody's by now.
	if (host.lstat(containerFolder(dirs.state, name)) === undefined || !isAbandoned(machine, name, true)) return false;
	await rollBack(host, facts, containerFolder(dirs.state, name), emit);
	releaseName(host, dirs.state, name);
	return true;
}

/** Rolls back what a dead tsbox left under one name; nothing when its owner lives. */
export async function gcName(machine: Machine, name: string, emit: EventSink, signal?: AbortSignal): Promise<void> {
	const {host, dirs, facts} = machine;
	if (!isAbandoned(machine, name)) return;
	await withLock(host, facts, `${dirs.state}/lock`, () => collect(machine, name, emit), signal);
}

/** What every start does first: a look, and a gc only when a dead tsbox has left something. */
export async function gcIfNeeded(machine: Machine, emit: EventSink, signal?: AbortSignal): Promise<void> {
	const {host, dirs} = machine;
	const left = host
		.list(containersFolder(dirs.state))
		.some(name => (name.startsWith('.') ? madeByTheDead(machine, name) : isAbandoned(machine, name)));
	if (left) await gc(machine, emit, signal);
}

function madeByTheDead(machine: Machine, entry: string): boolean {
	const pid = /^\.(?:new|dead)-(\d+)-/.exec(entry)?.[1];
	return pid !== undefined && hasEnded(machine.host, pid);
}

/**
 * Removes the writable layer and the output that a boot before has left under a name which the caller has just claimed: a
 * power cut takes the state folder, and these stay on disk. A new container does not begin with the files of an old one.
 */
export async function sweepName({host, facts, dirs}: Machine, name: string): Promise<void> {
	const layer = `${dirs.store}/layers/${name}`;
	if (host.lstat(layer) !== undefined) await removeOwned(host, facts, layer);
	host.removeTree(`${dirs.store}/logs/${name}`);
}

/** Folders of a claim that was being made or taken back when its tsbox died; `.new-PID-NAME` and `.dead-PID-TIME-NAME`. */
function sweepHalfMade(machine: Machine): readonly string[] {
	const {host, dirs} = machine;
	const removed: string[] = [];
	for (const entry of host.list(containersFolder(dirs.state))) {
		if (!madeByTheDead(machine, entry)) continue;
		host.removeTree(containerFolder(dirs.state, entry));
		removed.push(containerFolder(dirs.state, entry));
	}
	return removed;
}

/** Writable layers that no container's folder speaks of: what a power cut leaves on disk. */
async function sweepLayers(machine: Machine): Promise<readonly string[]> {
	const {host, dirs, facts} = machine;
	const removed: string[] = [];
	for (const name of host.list(`${dirs.store}/layers`)) {
		// A name is claimed before its layer is made: looked for in this order, a start that goes on meanwhile is seen.
		if (host.lstat(containerFolder(dirs.state, name)) !== undefined) continue;
		await removeOwned(host, facts, `${dirs.store}/layers/${name}`);
		removed.push(`${dirs.store}/layers/${name}`);
	}
	return removed;
}

/** Output of containers that are not there any more: a boot took what was known of them. */
function sweepLogs({host, dirs}: Machine): readonly string[] {
	const removed: string[] = [];
	for (const name of host.list(`${dirs.store}/logs`)) {
		if (host.lstat(containerFolder(dirs.state, name)) !== undefined) continue;
		host.removeTree(`${dirs.store}/logs/${name}`);
		removed.push(`${dirs.store}/logs/${name}`);
	}
	return removed;
}

/** Toolboxes of tools that were replaced since, and what a kill left of one that was being made. */
function sweepTools({host, dirs, facts}: Machine): readonly string[] {
	const current = facts.toolbox.kind === 'copy' ? facts.toolbox.id : undefined;
	const removed: string[] = [];
	for (const name of host.list(toolboxesFolder(dirs.store))) {
		const maker = /\.new-(\d+)/.exec(name)?.[1];
		if (name === current || (maker !== undefined && !hasEnded(host, maker))) continue;
		host.removeTree(`${toolboxesFolder(dirs.store)}/${name}`);
		removed.push(`${toolboxesFolder(dirs.store)}/${name}`);
	}
	return removed;
}

/** Takes back whatever crashes have left: containers without an owner, half-made claims, layers, output, volumes of runs and unpacks. */
export async function gc(
	machine: Machine,
	emit: EventSink,
	signal?: AbortSignal,
): Promise<{readonly removed: readonly string[]}> {
	const {host, dirs, facts} = machine;
	host.mkdirs(dirs.state, 0o700);
	const sweep = async (): Promise<{readonly removed: readonly string[]}> => {
		const removed: string[] = [];
		for (const name of host.list(containersFolder(dirs.state))) {
			if (name.startsWith('.')) continue;
			if ((await collect(machine, name, emit)) || (await settleForsaken(machine, name, emit)))
				removed.push(containerFolder(dirs.state, name));
		}
		const {sweepStore} = await import('../../image/store/sweep.ts');
		return {
			removed: [
				...removed,
				...sweepHalfMade(machine),
				...(await sweepVolumes(machine)),
				...(await sweepLayers(machine)),
				...sweepLogs(machine),
				...sweepProjects(machine),
				...sweepCopies(machine),
				...sweepRuns(machine),
				...sweepTemporary(machine),
				...sweepPipes(machine),
				...sweepTools(machine),
				...sweepCopiesInMemory(host, facts.user.uid),
				...(await sweepStore(host, facts, dirs.store)),
			],
		};
	};
	return withLock(host, facts, `${dirs.state}/lock`, sweep, signal);
}
