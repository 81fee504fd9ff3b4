import type {Machine} from '../machine/machine.ts';
import {setTimeout as delay} from 'node:timers/promises';
import {type PathWatches, pathWatches} from '../../host/watch/path-watches.ts';
import {type ContainerRecord, containerFolder, containersFolder} from '../../state/record.ts';
import {allRecords, containerNames} from '../machine/find-container.ts';
import {summaryOf, type ContainerSummary} from './list.ts';

/** Changes that come together are shown together, ms. */
const settleMs = 30;
/** How often it is looked though nothing was reported, ms: the v1 freezer tells nobody, nor does a process without a cgroup. */
const lookEvery = 5000;
/** The same where the kernel has no watch left, ms. */
const pollMs = 1000;
/** The files of a container's folder that what is listed comes from. */
const telling: readonly (string | null)[] = ['record.json', 'notes.json', 'renamed', null];

/**
 * All containers as `list` has them: at once, and again after each change, until the signal aborts. inotify(7) tells of
 * records; the end of a process and a pause are told by cgroup.events of the unified hierarchy (cgroup-v2.rst), where the
 * container is in it.
 *
 * @param seen - told the records that a list comes from, before the list is given
 * @throws TsboxError E_PERMISSION.
 */
export async function* watchList(
	machine: Machine,
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

/** Reads all records, once: each thing is watched before it is read, so what changes between the two is reported. */
function readWatched(machine: Machine, watches: PathWatches, tell: () => void): readonly ContainerRecord[] {
	const {host, dirs} = machine;
	const top = containersFolder(dirs.state);
	const kept = new Set<string>();
	const watch = (key: string, path: string, changed: (entry: string | null) => void): void => {
		kept.add(key);
		watches.add(key, path, changed);
	};
	host.mkdirs(top, 0o700);
	watch('/', top, entry => {
		// A container that was made anew under the name has another folder.
		if (entry !== null) watches.drop(entry);
		tell();
	});
	for (const name of containerNames(machine))
		watch(name, containerFolder(dirs.state, name), file => void (telling.includes(file) && tell()));
	const records = allRecords(machine);
	for (const {created, process, cgroups} of records) {
		const unified = cgroups.find(({controller}) => controller === '');
		if (unified === undefined || host.lstat(`${unified.path}/cgroup.events`) === undefined) continue;
		// A later start has another cgroup of the same path.
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
		/** Settles when something was told, it is time to look, or the signal aborted. */
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
