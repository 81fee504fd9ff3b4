import type {KernelRecord} from '../host/facts/kernel-log.ts';
import type {ProcessIdentity} from '../host/programs/process.ts';

/** A process that the kernel killed because of a memory limit. */
export interface MemoryVictim {
	/** Pid on the host. */
	readonly pid: number;
	/** Its command name in the kernel. */
	readonly program: string;
}

/** USER_HZ, the unit of /proc/PID/stat: 100 on every architecture but alpha; time(7). */
const ticksPerSecond = 100;

/**
 * The processes that the kernel killed for a container's memory limit, oldest first, from its log. The kernel names the cgroup in one
 * record and the process in the next (mm/oom_kill.c, dump_oom_victim), and drops the former when there are many. The container's first
 * process is found without it.
 */
export function memoryVictims(
	log: readonly KernelRecord[],
	cgroup: string,
	first: ProcessIdentity,
): readonly MemoryVictim[] {
	const since = Number(first.startTime) / ticksPerSecond;
	const own = new Set<number>([first.pid]);
	const victims: MemoryVictim[] = [];
	for (const {at, text} of log) {
		// The clocks of the log and of process start times differ slightly.
		if (at < since - 1) continue;
		const named = /^oom-kill:.*,oom_memcg=([^,]*),.*,pid=(\d+),uid=\d+$/.exec(text);
		if (named !== null && (named[1] === cgroup || named[1]?.startsWith(`${cgroup}/`) === true))
			own.add(Number(named[2]));
		const killed = /Killed process (\d+) \((.*)\),? total-vm:/.exec(text);
		const pid = Number(killed?.[1]);
		if (killed !== null && own.has(pid)) victims.push({pid, program: killed[2] ?? ''});
	}
	return victims;
}
