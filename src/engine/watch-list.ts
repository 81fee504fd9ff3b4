import {setTimeout as delay} from 'node:timers/promises';
import {type PathWatch, watchPath} from '../host/watch-path.ts';
import {containerFolder, containersFolder} from '../state/record.ts';
import {allRecords} from './find-container.ts';
import {list} from './list.ts';
import type {ContainerSummary, Machine} from './types.ts';

/** Changes that come together are shown together, ms. */
const settleMs = 30;
/** How often it is looked though nothing was reported, ms: the v1 freezer tells nobody, nor does a process without a cgroup. */
const lookEvery = 5000;
/** The same where the kernel has no watch left, ms. */
const pollMs = 1000;
/** The files of a container's folder that what is listed comes from. */
const telling: readonly (string | null)[] = ['record.json', 'notes.json', 'renamed', null];

/**
 * All containers as {@link list} has them: at once, and again after each change, until the signal aborts. inotify(7) tells of
 * records; the end of a process and a pause are told by cgroup.events of the unified hierarchy (cgroup-v2.rst), where the
 * container is in it.
 *
 * @throws TsboxError E_PERMISSION.
 */
export async function* watchList(
	machine: Machine,
	signal: AbortSignal,
): AsyncGenerator<readonly ContainerSummary[], void> {
	const watches = watcher();
	try {
		for (let before = ''; !signal.aborted; ) {
			// Watched before it is read: what changes between the two is reported.
			watchAll(machine, watches);
			const now = await list(machine);
			const text = JSON.stringify(now);
			if (text !== before) yield now;
			before = text;
			await watches.change(signal);
		}
	} finally {
		watches.close();
	}
}

function watchAll(machine: Machine, watches: ReturnType<typeof watcher>): void {
	const {host, dirs} = machine;
	host.mkdirs(containersFolder(dirs.state), 0o700);
	const wanted = new Map<string, string>([[containersFolder(dirs.state), containersFolder(dirs.state)]]);
	for (const {name, created, cgroups} of allRecords(machine)) {
		// A container of the same name that was made anew has files of the same names.
		wanted.set(`${created} ${name}`, containerFolder(dirs.state, name));
		const unified = cgroups.find(({controller}) => controller === '');
		if (unified !== undefined && host.lstat(`${unified.path}/cgroup.events`) !== undefined)
			wanted.set(`${created} ${unified.path}`, `${unified.path}/cgroup.events`);
	}
	watches.only(wanted, containersFolder(dirs.state));
}

function watcher() {
	const open = new Map<string, PathWatch>();
	let changed = false;
	let wake: () => void = () => {};
	const tell = (): void => {
		changed = true;
		wake();
	};
	const add = (key: string, path: string, isFolder: boolean): void => {
		try {
			const news = (file: string | null): void => {
				if (!isFolder || telling.includes(file)) tell();
			};
			open.set(key, watchPath(path, news, pollMs));
		} catch {
			// One that is gone is told of by its folder.
		}
	};
	return {
		/** Watches these paths, and no others any more. */
		only: (wanted: ReadonlyMap<string, string>, top: string): void => {
			for (const [key, one] of open) {
				if (wanted.has(key)) continue;
				one.close();
				open.delete(key);
			}
			for (const [key, path] of wanted)
				if (!open.has(key)) add(key, path, path !== top && !path.endsWith('/cgroup.events'));
		},
		/** Settles when something was reported, it is time to look, or the signal aborted. */
		change: async (signal: AbortSignal): Promise<void> => {
			const stop = new AbortController();
			if (!changed) {
				const reported = new Promise<void>(resolve => (wake = resolve));
				const both = AbortSignal.any([signal, stop.signal]);
				await Promise.race([reported, delay(lookEvery, undefined, {signal: both}).catch(() => {})]);
				stop.abort();
			}
			await delay(settleMs, undefined, {signal}).catch(() => {});
			changed = false;
		},
		close: (): void => {
			for (const one of open.values()) one.close();
		},
	};
}
