import type {KernelRecord} from '../host/facts/kernel-log.ts';
import type {ProcessIdentity} from '../host/programs/process.ts';

/** A process that the kernel killed for a memory limit. */
export interface MemoryVictim {
	/** On the host. */
	readonly pid: number;
	/** The kernel's name for it. */
	readonly program: string;
}

/** USER_HZ, in which /proc/PID/stat counts: 100 on all that Linux runs on but alpha; time(7). */
const ticksPerSecond = 100;

/**
 * Whom the kernel killed for the memory limit of a container, as its log tells, oldest first. It names the cgroup in one record and
 * the process in the next (mm/oom_kill.c, dump_oom_victim), of which it leaves out the first when there are many: the
 * first process of the container is found without.
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
		// The clock of the log is not quite that of the processes.
		if (at < since - 1) continue;
		const told = /^oom-kill:.*,oom_memcg=([^,]*),.*,pid=(\d+),uid=\d+$/.exec(text);
		if (told !== null && (told[1] === cgroup || told[1]?.startsWith(`${cgroup}/`) === true)) own.add(Number(told[2]));
		const killed = /Killed process (\d+) \((.*)\),? total-vm:/.exec(text);
		const pid = Number(killed?.[1]);
		if (killed !== null && own.has(pid)) victims.push({pid, program: killed[2] ?? ''});
	}
	return victims;
}
