import type {Machine} from '../machine/machine.ts';
import {isTsboxError} from '../../errors/tsbox-error.ts';
import {isRunning} from '../../host/programs/process.ts';
import {idOf, shownName} from '../../state/alias.ts';
import {type ContainerRecord, containerFolder, readRecord} from '../../state/record.ts';
import {runs} from '../machine/running-container.ts';
import {type MeteredContainer, usageMeter, type ContainerStats} from './usage-meter.ts';

/** Tells again and again what containers use. */
export interface UsageSampler {
	/**
	 * What the named containers use that run now, in the order of the names; the others are left out. CPU % is that since
	 * the call before, null for a container that was not in it or was started anew since.
	 */
	readonly sample: (names: readonly string[]) => readonly ContainerStats[];
}

/** What is known of a container as long as its folder stays as it is. */
interface Known {
	/** Tells whether anything in the folder was made, replaced or removed since. */
	readonly version: string;
	/** Undefined where its command did not run when the record was read. */
	readonly container: MeteredContainer | undefined;
}

/** The file system's clock may stand still for so long: a change within it, after our look, may not be seen by its time; ms. */
const sameTick = 100;

/**
 * A sampler for a screen that shows many containers each second: a record is read once, and then only that its folder and
 * its first process are the same.
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

/** What is needed of a record, and no more: a plan of some size is in it. */
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
