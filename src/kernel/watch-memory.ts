import type {Host} from '../host/host.ts';
import {kernelLog} from '../host/facts/kernel-log.ts';
import type {ProcessIdentity} from '../host/programs/process.ts';
import {type PathWatch, watchPath} from '../host/watch/watch-path.ts';
import type {CgroupMember} from '../step/verbs/cgroup-member.ts';
import {type MemoryCount, memoryCount} from './memory.ts';
import {type MemoryVictim, memoryVictims} from './memory-victims.ts';

/** The polling interval when the kernel has no inotify watch left, and for v1, which sends no events, ms. */
const pollMs = 1000;

/** The delay before a kill is reported, ms: if the victim was the first process, its end arrives within this time. */
const settleMs = 100;

/** Processes that the kernel killed for a container's memory limit. */
export interface MemoryKill {
	readonly count: MemoryCount;
	readonly killed: number;
	/** The victims that the kernel's log names, if the log is readable. */
	readonly victims: readonly MemoryVictim[];
	/** The first process was killed, which ended the container. */
	readonly first: boolean;
}

/** What was reported of a container's kills already. */
export interface MemoryTold {
	readonly kills: number;
	/** How many victims in the kernel's log. */
	readonly victims: number;
}

/** Of a new container, whose cgroup counts from its start. */
export const nothingTold: MemoryTold = {kills: 0, victims: 0};

/** Watches for processes that the kernel kills for a container's memory limit. */
export interface MemoryWatch {
	/** Reports new kills now, except that of the first process. Returns all that was reported. */
	readonly look: () => MemoryTold;
	/** Watches no longer, and reports nothing more. */
	readonly stop: () => void;
	/**
	 * Checks a last time before the cgroup is removed, reports new kills, and returns whether the first process was killed for the
	 * limit. Later calls do nothing.
	 *
	 * @param wasKilled - SIGKILL ended the first process, whoever sent it
	 */
	readonly close: (wasKilled: boolean) => boolean;
}

/**
 * Watches a container's memory cgroup. In the unified hierarchy memory.events changes at once, which inotify(7) reports
 * (cgroup-v2.rst, "Memory Interface Files"). v1 notifies only through an eventfd(2), which Node cannot create, so its counter is read
 * every second if the container has a limit. The victims' names come from the kernel's log. Where that log is not readable, a kill
 * right before an end by SIGKILL is attributed to the first process.
 *
 * @param told - what was reported already; by default all kills until now
 */
export function watchMemory(
	host: Host,
	members: readonly CgroupMember[],
	first: ProcessIdentity,
	onKill: (kill: MemoryKill) => void,
	told: MemoryTold = {kills: memoryCount(host, members)?.oomKills ?? 0, victims: 0},
): MemoryWatch {
	const v1 = members.find(({controller}) => controller === 'memory');
	const unified = members.find(({controller}) => controller === '');
	let {kills: known, victims: seen} = told;
	let settling: NodeJS.Timeout | undefined;
	const report = (isOver: boolean, wasKilled: boolean): boolean => {
		clearTimeout(settling);
		settling = undefined;
		const count = memoryCount(host, members);
		if (count === undefined) return false;
		const killed = count.oomKills - known;
		if (killed <= 0 && !(isOver && wasKilled && count.oomKills > 0)) return false;
		const log = kernelLog();
		// What is older than the cgroup was killed in one of the same name, a moment ago.
		const all = memoryVictims(log ?? [], (v1 ?? unified)?.cgroup ?? '', first).slice(-count.oomKills);
		const victims = all.slice(seen);
		// When tsbox itself runs in a container, the log may show pids and cgroups of the outer host.
		const isFirst = wasKilled && (all.length === 0 ? killed > 0 : all.some(({pid}) => pid === first.pid));
		// The end of the first process will be handled soon and reports this kill.
		if (!isOver && victims.some(({pid}) => pid === first.pid)) return false;
		known = count.oomKills;
		seen = all.length;
		if (killed > 0) onKill({count, killed, victims, first: isFirst});
		return isFirst;
	};
	const check = (): void => {
		if (settling === undefined && (memoryCount(host, members)?.oomKills ?? 0) > known)
			settling = setTimeout(() => report(false, false), settleMs).unref();
	};
	let watcher: PathWatch | undefined;
	let timer: NodeJS.Timeout | undefined;
	if (v1 === undefined) {
		try {
			if (unified !== undefined) watcher = watchPath(`${unified.path}/memory.events`, check, pollMs);
		} catch {
			// There is no memory controller; kills are found when the container ends.
		}
	} else if (Number.isFinite(memoryCount(host, members)?.limit)) timer = setInterval(check, pollMs).unref();
	let isClosed = false;
	const stop = (): void => {
		isClosed = true;
		watcher?.close();
		clearInterval(timer);
		clearTimeout(settling);
	};
	return {
		stop,
		look: () => {
			report(false, false);
			return {kills: known, victims: seen};
		},
		close: wasKilled => {
			if (isClosed) return false;
			stop();
			return report(true, wasKilled);
		},
	};
}
