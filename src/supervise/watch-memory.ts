import type {Host} from '../host/host.ts';
import {type PathWatch, watchPath} from '../host/watch-path.ts';
import {type MemoryCount, memoryCount} from '../run/memory.ts';
import type {ContainerRecord} from '../state/record.ts';

/** How often it is looked where the kernel has no watch left, ms. */
const pollMs = 2000;

/** Tells of processes that the kernel kills for a container's memory limit. */
export interface MemoryWatch {
	/** Looks once more, before the cgroup goes; gives how many were killed in all. */
	readonly close: () => number;
}

/**
 * Watches a container's memory cgroup. The unified hierarchy tells of a kill at once: memory.events changes, which
 * inotify(7) reports (cgroup-v2.rst, "Memory Interface Files"). v1 tells only an eventfd(2), which is not to be had here:
 * there the kills are counted when the container ends.
 */
export function watchMemory(
	host: Host,
	{cgroups}: ContainerRecord,
	told: (count: MemoryCount, killed: number) => void,
): MemoryWatch {
	let known = memoryCount(host, cgroups)?.oomKills ?? 0;
	let killed = 0;
	const look = (): void => {
		const count = memoryCount(host, cgroups);
		if (count === undefined || count.oomKills <= known) return;
		killed += count.oomKills - known;
		told(count, count.oomKills - known);
		known = count.oomKills;
	};
	let watcher: PathWatch | undefined;
	const unified = cgroups.find(({controller}) => controller === '')?.path;
	try {
		if (unified !== undefined) watcher = watchPath(`${unified}/memory.events`, look, pollMs);
	} catch {
		// No memory controller there: the end tells.
	}
	return {
		close: () => {
			watcher?.close();
			look();
			return killed;
		},
	};
}
