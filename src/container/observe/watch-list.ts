import type {MachineFolders} from '../machine/machine.ts';
import {setTimeout as delay} from 'node:timers/promises';
import {type PathWatches, pathWatches} from '../../host/watch/path-watches.ts';
import {type ContainerRecord, containerFolder, containersFolder} from '../../state/record.ts';
import {allRecords, containerNames} from '../machine/find-container.ts';
import {summaryOf, type ContainerSummary} from './list.ts';

/** Changes within this time are reported together, in ms. */
const settleMs = 30;
/** Interval of extra checks in ms: the v1 freezer and processes without a cgroup report no changes. */
const lookEvery = 5000;
/** Polling interval in ms when the kernel has no inotify watches left. */
const pollMs = 1000;
/** The files in a container's folder that affect the list. */
const telling: readonly (string | null)[] = ['record.json', 'notes.json', 'renamed', null];

/**
 * Lists all containers as `list` does: at once, and again after each change, until the signal aborts. inotify(7) reports
 * changed records. cgroup.events of the unified hierarchy (cgroup-v2.rst) reports ends and pauses of the containers in
 * it.
 *
 * @param seen - receives the records of each list before the list is given
 * @throws TsboxError E_PERMISSION.
 */
export async function* watchList(
	machine: MachineFolders,
	signal: AbortSignal,
	seen: (records: readonly ContainerRecord[]) => void = () => {},
): AsyncGenerator<readonly ContainerSummary[], void> {
	const watches = pathWatches(pollMs);
	const news = newsOf();
	try {
		for (let before = ''; !signal.aborted; ) {
			const records = readWatched(machine, watches, news.tell);
			const now = records.map(record => summaryOf(machine, record));
			seen(records);
			const text = JSON.stringify(now);
			if (text !== before) yield now;
			before = text;
			await news.come(signal);
		}
	} finally {
		watches.close();
	}
}

/** Reads all records once. Each folder is watched before it is read, so that no change in between is missed. */
function readWatched(machine: MachineFolders, watches: PathWatches, tell: () => void): readonly ContainerRecord[] {
	const {host, dirs} = machine;
	const top = containersFolder(dirs.state);
	const kept = new Set<string>();
	const watch = (key: string, path: string, changed: (entry: string | null) => void): void => {
		kept.add(key);
		watches.add(key, path, changed);
	};
	host.mkdirs(top, 0o700);
	watch('/', top, entry => {
		// A new container under the same name has another folder.
		if (entry !== null) watches.drop(entry);
		tell();
	});
	for (const name of containerNames(machine))
		watch(name, containerFolder(dirs.state, name), file => void (telling.includes(file) && tell()));
	const records = allRecords(machine);
	for (const {created, process, cgroups} of records) {
		const unified = cgroups.find(({controller}) => controller === '');
		if (unified === undefined || host.lstat(`${unified.path}/cgroup.events`) === undefined) continue;
		// A later start has another cgroup at the same path.
		watch(`${unified.path} ${created} ${process?.startTime}`, `${unified.path}/cgroup.events`, tell);
	}
	watches.keep(kept);
	return records;
}

function newsOf() {
	let hasCome = false;
	let wake: () => void = () => {};
	return {
		tell: (): void => {
			hasCome = true;
			wake();
		},
		/** Resolves after a reported change, when the next extra check is due, or when the signal aborts. */
		come: async (signal: AbortSignal): Promise<void> => {
			const stop = new AbortController();
			if (!hasCome) {
				const told = new Promise<void>(resolve => (wake = resolve));
				const both = AbortSignal.any([signal, stop.signal]);
				await Promise.race([told, delay(lookEvery, undefined, {signal: both}).catch(() => {})]);
				stop.abort();
			}
			await delay(settleMs, undefined, {signal}).catch(() => {});
			hasCome = false;
		},
	};
}
