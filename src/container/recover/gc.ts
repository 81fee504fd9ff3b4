import type {Machine} from '../machine/machine.ts';
import {isTsboxError} from '../../errors/tsbox-error.ts';
import {bootId, hasEnded, isRunning} from '../../host/programs/process.ts';
import {removeOwned} from '../../host/files/remove-owned.ts';
import {toolboxesFolder} from '../../host/programs/sealed-tools.ts';
import type {EventSink} from '../../execute/event.ts';
import {withLock} from '../../execute/lock.ts';
import {rollBack} from '../../execute/rollback.ts';
import {isStaleLink} from '../../state/alias.ts';
import {releaseName} from '../../state/claim.ts';
import {dropEngineLink, engineIn, isEntered} from '../../state/engine-link.ts';
import {
	type ContainerRecord,
	containerFolder,
	containersFolder,
	engineFrontFile,
	isOwned,
	readRecord,
	stateOf,
} from '../../state/record.ts';
import {sweepCopiesInMemory} from './work-place.ts';
import {sweepCopies} from './copy-note.ts';
import {settleForsaken} from './settle-forsaken.ts';
import {sweepPipes, sweepProjects, sweepRuns, sweepTemporary} from './sweep-state.ts';
import {sweepVolumes} from './volumes.ts';

/** How thorough to be. */
interface Care {
	/** The caller holds the lock, so no rename is in progress. */
	readonly isLocked: boolean;
	/** Leave a running container of an engine alone whose monitor has ended. */
	readonly sparesRunning: boolean;
}

/** Whether a container's folder has no owner left. A record that cannot be read counts as abandoned. */
function isAbandoned(machine: Machine, name: string, {isLocked, sparesRunning}: Care): boolean {
	const {host, dirs} = machine;
	// A symlink is the new name of a renamed container. It vanishes with the container, or is a leftover of a killed rename.
	if (host.lstat(containerFolder(dirs.state, name))?.kind === 'symlink')
		return isStaleLink(host, dirs.state, name, isLocked);
	try {
		const record = readRecord(host, containerFolder(dirs.state, name));
		if (record === undefined) return true;
		// A detached container outlives its supervisor, and its remains wait for `down`.
		if (record.detached !== undefined) return record.bootId !== bootId(host);
		if (record.engine !== undefined)
			return isForsaken(machine, record) && !(sparesRunning && stateOf(host, record) === 'running');
		return !isOwned(host, record) && !(record.keepsAlive === true && stateOf(host, record) === 'running');
	} catch (error) {
		// A journal that another user wrote must not be executed.
		if (isTsboxError(error)) return error.code !== 'E_PERMISSION';
		throw error;
	}
}

/** Whether no engine will come for a container any more. */
function isForsaken({host, dirs}: Machine, record: ContainerRecord): boolean {
	const {engine} = record;
	if (record.bootId !== bootId(host)) return true;
	if (engine === undefined || isOwned(host, record)) return false;
	const conf = containerFolder(dirs.state, record.name);
	return (
		// An engine removes the folder of the bundle last.
		host.stat(engine.bundle) === undefined ||
		// A `create` or a `delete` was killed.
		host.lstat(`${conf}/${engineFrontFile}`) === undefined ||
		!isEntered(host, engine, conf) ||
		(engine.monitor !== undefined && !isRunning(host, engine.monitor))
	);
}

async function collect(machine: Machine, name: string, emit: EventSink, sparesRunning: boolean): Promise<boolean> {
	const {host, dirs, facts} = machine;
	const conf = containerFolder(dirs.state, name);
	// Check again under the lock: another gc may have run, and the name may be in use again.
	if (host.lstat(conf) === undefined || !isAbandoned(machine, name, {isLocked: true, sparesRunning})) return false;
	const engine = engineIn(host, conf);
	await rollBack(host, facts, conf, emit);
	releaseName(host, dirs.state, name);
	if (engine !== undefined) dropEngineLink(host, engine);
	return true;
}

/** Before a start, which is about another container. */
const before: Care = {isLocked: false, sparesRunning: true};

/** Rolls back what a dead tsbox left under a name. Does nothing if the owner is alive. */
export async function gcName(machine: Machine, name: string, emit: EventSink, signal?: AbortSignal): Promise<void> {
	const {host, dirs, facts} = machine;
	if (!isAbandoned(machine, name, before)) return;
	await withLock(host, facts, `${dirs.state}/lock`, () => collect(machine, name, emit, before.sparesRunning), signal);
}

/** Runs `gc` before a start, but only if a dead tsbox has left something. */
export async function gcIfNeeded(machine: Machine, emit: EventSink, signal?: AbortSignal): Promise<void> {
	const {host, dirs} = machine;
	const left = host
		.list(containersFolder(dirs.state))
		.some(name => (name.startsWith('.') ? madeByTheDead(machine, name) : isAbandoned(machine, name, before)));
	if (left) await gc(machine, emit, signal, before);
}

function madeByTheDead(machine: Machine, entry: string): boolean {
	const pid = /^\.(?:new|dead)-(\d+)-/.exec(entry)?.[1];
	return pid !== undefined && hasEnded(machine.host, pid);
}

/**
 * Removes a writable layer and output that an earlier boot left under a name that the caller has just claimed. A power cut
 * clears the state folder, while these stay on disk, and a new container must not start with old files.
 */
export async function sweepName({host, facts, dirs}: Machine, name: string): Promise<void> {
	const layer = `${dirs.store}/layers/${name}`;
	if (host.lstat(layer) !== undefined) await removeOwned(host, facts, layer);
	host.removeTree(`${dirs.store}/logs/${name}`);
}

/** Removes folders of half-finished claims and releases: `.new-PID-NAME` and `.dead-PID-TIME-NAME`. */
function sweepHalfMade(machine: Machine): readonly string[] {
	const {host, dirs} = machine;
	const removed: string[] = [];
	for (const entry of host.list(containersFolder(dirs.state))) {
		if (!madeByTheDead(machine, entry)) continue;
		const engine = engineIn(host, containerFolder(dirs.state, entry));
		host.removeTree(containerFolder(dirs.state, entry));
		if (engine !== undefined) dropEngineLink(host, engine);
		removed.push(containerFolder(dirs.state, entry));
	}
	return removed;
}

/** Removes writable layers without a container's folder, which a power cut leaves on disk. */
async function sweepLayers(machine: Machine): Promise<readonly string[]> {
	const {host, dirs, facts} = machine;
	const removed: string[] = [];
	for (const name of host.list(`${dirs.store}/layers`)) {
		// A start claims its name before it creates its layer, so this order does not miss a concurrent start.
		if (host.lstat(containerFolder(dirs.state, name)) !== undefined) continue;
		await removeOwned(host, facts, `${dirs.store}/layers/${name}`);
		removed.push(`${dirs.store}/layers/${name}`);
	}
	return removed;
}

/** Removes output of containers that no longer exist, as after a reboot. */
function sweepLogs({host, dirs}: Machine): readonly string[] {
	const removed: string[] = [];
	for (const name of host.list(`${dirs.store}/logs`)) {
		if (host.lstat(containerFolder(dirs.state, name)) !== undefined) continue;
		host.removeTree(`${dirs.store}/logs/${name}`);
		removed.push(`${dirs.store}/logs/${name}`);
	}
	return removed;
}

/** Removes what is left of networks. The code for it, which knows the rules of nft(8), is loaded only where there are networks. */
async function sweepNetworks(machine: Machine): Promise<readonly string[]> {
	const {host, dirs} = machine;
	if (host.list(`${dirs.state}/networks`).every(name => name === '.lock')) return [];
	return (await import('../networks/sweep-networks.ts')).sweepNetworks(machine);
}

/** Removes outdated toolboxes and half-made ones. */
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

/**
 * Cleans up after crashes: containers without an owner, half-made claims, layers, output, volumes of verify runs, and unpacks.
 *
 * @param options.sparesRunning - leave a running container alone that the monitor of its engine does not look after any more
 */
export async function gc(
	machine: Machine,
	emit: EventSink,
	signal?: AbortSignal,
	{sparesRunning}: {readonly sparesRunning: boolean} = {sparesRunning: false},
): Promise<{readonly removed: readonly string[]}> {
	const {host, dirs, facts} = machine;
	host.mkdirs(dirs.state, 0o700);
	const sweep = async (): Promise<{readonly removed: readonly string[]}> => {
		const removed: string[] = [];
		for (const name of host.list(containersFolder(dirs.state))) {
			if (name.startsWith('.')) continue;
			if ((await collect(machine, name, emit, sparesRunning)) || (await settleForsaken(machine, name, emit)))
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
				...(await sweepNetworks(machine)),
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
