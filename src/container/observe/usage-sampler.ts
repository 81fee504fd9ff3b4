import type {Machine} from '../machine/machine.ts';
import {isTsboxError} from '../../errors/tsbox-error.ts';
import {isRunning} from '../../host/programs/process.ts';
import {idOf, shownName} from '../../state/alias.ts';
import {type ContainerRecord, containerFolder, readRecord} from '../../state/record.ts';
import {runs} from '../machine/running-container.ts';
import {type MeteredContainer, usageMeter, type ContainerStats} from './usage-meter.ts';

/** Samples resource usage repeatedly. */
export interface UsageSampler {
	/**
	 * The usage of those named containers that are running, in the order of the names. CPU % covers the time since the previous
	 * call. It is null for a container that was not part of that call or has been started again.
	 */
	readonly sample: (names: readonly string[]) => readonly ContainerStats[];
}

/** A container's facts, valid while its folder does not change. */
interface Known {
	/** Changes when an entry of the folder is created, replaced, or removed. */
	readonly version: string;
	/** Undefined if the command was not running when the record was read. */
	readonly container: MeteredContainer | undefined;
}

/** Granularity of the filesystem's clock in ms. A change within it may keep the folder's time. */
const sameTick = 100;

/**
 * Creates a sampler for screens that show many containers each second. It reads a record once, and later only checks that the
 * folder and the first process are the same.
 */
export function usageSampler(machine: Machine): UsageSampler {
	const {host, dirs} = machine;
	const meter = usageMeter(machine);
	let known: ReadonlyMap<string, Known> = new Map();
	const look = (name: string): Known | undefined => {
		const facts = host.lstat(containerFolder(dirs.state, name));
		if (facts === undefined) return undefined;
		const id = facts.kind === 'symlink' ? idOf(host, dirs.state, name) : name;
		const folder = id === name ? facts : host.lstat(containerFolder(dirs.state, id ?? ''));
		if (id === undefined || folder === undefined) return undefined;
		const isFresh = host.now() - folder.mtimeMs < sameTick;
		const version = isFresh ? '' : `${folder.ino} ${folder.mtimeMs}`;
		const before = known.get(name);
		return version !== '' && before?.version === version ? before : {version, container: read(machine, id)};
	};
	return {
		sample: names => {
			const seen = new Map<string, Known>();
			for (const name of names) {
				const one = look(name);
				if (one !== undefined) seen.set(name, one);
			}
			known = seen;
			return meter(
				[...seen.values()].flatMap(({container}) =>
					container !== undefined && isRunning(host, container.process) ? [container] : [],
				),
			);
		},
	};
}

/** Reads a record and keeps only the facts for the meter, since a record holds a large plan. */
function read(machine: Machine, id: string): MeteredContainer | undefined {
	const {host, dirs} = machine;
	const record = readableRecord(machine, id);
	if (record === undefined || !runs(machine, record)) return undefined;
	const {name, cgroups, namespaces, process} = record;
	return {name, cgroups, namespaces, process, shown: shownName(host, dirs.state, name)};
}

function readableRecord({host, dirs}: Machine, id: string): ContainerRecord | undefined {
	try {
		return readRecord(host, containerFolder(dirs.state, id));
	} catch (error) {
		if (isTsboxError(error)) return undefined;
		throw error;
	}
}
