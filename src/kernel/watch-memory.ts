import type {Host} from '../host/host.ts';
import {kernelLog} from '../host/facts/kernel-log.ts';
import type {ProcessIdentity} from '../host/programs/process.ts';
import {type PathWatch, watchPath} from '../host/watch/watch-path.ts';
import type {CgroupMember} from '../step/verbs/cgroup-member.ts';
import {type MemoryCount, memoryCount} from './memory.ts';
import {type MemoryVictim, memoryVictims} from './memory-victims.ts';

/** How often it is looked where the kernel has no watch left, and where v1 tells nobody, ms. */
const pollMs = 1000;

/** A first process that is killed is heard of by its end: for so long, ms, a kill is not told as one of another process. */
const settleMs = 100;

/** Processes that the kernel killed for a container's memory limit. */
export interface MemoryKill {
	readonly count: MemoryCount;
	readonly killed: number;
	/** Those that the kernel's log names, where it may be read. */
	readonly victims: readonly MemoryVictim[];
	/** The first process is among them: it was the end of the container. */
	readonly first: boolean;
}

/** Tells of processes that the kernel kills for a container's memory limit. */
export interface MemoryWatch {
	/**
	 * Looks once more, before the cgroup goes, and tells of what it finds; tells whether the first process was killed so. Nothing
	 * where it was called before.
	 *
	 * @param wasKilled - it was ended by SIGKILL, by whomever
	 */
	readonly close: (wasKilled: boolean) => boolean;
}

/**
 * Watches a container's memory cgroup. The unified hierarchy tells of a kill at once: memory.events changes, which
 * inotify(7) reports (cgroup-v2.rst, "Memory Interface Files"). v1 tells only an eventfd(2), which is not to be had here: there
 * a counter is read once a second, of containers that have a limit. Who was killed is in the kernel's log; where that may not
 * be read, a kill right before an end by SIGKILL is taken for the first process's.
 */
export function watchMemory(
	host: Host,
	members: readonly CgroupMember[],
	first: ProcessIdentity,
	told: (kill: MemoryKill) => void,
): MemoryWatch {
	const v1 = members.find(({controller}) => controller === 'memory');
	const unified = members.find(({controller}) => controller === '');
	let known = memoryCount(host, members)?.oomKills ?? 0;
	let seen = 0;
	let settling: NodeJS.Timeout | undefined;
	const tell = (isOver: boolean, wasKilled: boolean): boolean => {
		clearTimeout(settling);
		settling = undefined;
		const count = memoryCount(host, members);
		if (count === undefined) return false;
		const killed = count.oomKills - known;
		if (killed <= 0 && !(isOver && wasKilled && count.oomKills > 0)) return false;
		const log = kernelLog();
		const all = memoryVictims(log ?? [], (v1 ?? unified)?.cgroup ?? '', first);
		const victims = all.slice(seen);
		// Where tsbox itself is in a container the log may be of other numbers and names.
		const isFirst = wasKilled && (all.length === 0 ? killed > 0 : all.some(({pid}) => pid === first.pid));
		// Its end is not heard yet, and will tell of it.
		if (!isOver && victims.some(({pid}) => pid === first.pid)) return false;
		known = count.oomKills;
		seen = all.length;
		if (killed > 0) told({count, killed, victims, first: isFirst});
		return isFirst;
	};
	const look = (): void => {
		if (settling === undefined && (memoryCount(host, members)?.oomKills ?? 0) > known)
			settling = setTimeout(() => tell(false, false), settleMs).unref();
	};
	let watcher: PathWatch | undefined;
	let timer: NodeJS.Timeout | undefined;
	if (v1 === undefined) {
		try {
			if (unified !== undefined) watcher = watchPath(`${unified.path}/memory.events`, look, pollMs);
		} catch {
			// No memory controller there: the end tells.
		}
	} else if (Number.isFinite(memoryCount(host, members)?.limit)) timer = setInterval(look, pollMs).unref();
	let isClosed = false;
	return {
		close: wasKilled => {
			if (isClosed) return false;
			isClosed = true;
			watcher?.close();
			clearInterval(timer);
			return tell(true, wasKilled);
		},
	};
}
