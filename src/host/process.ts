import type {Host} from './host.ts';

/** A process that can't be mistaken for a later one with the same number. */
export interface ProcessIdentity {
	readonly pid: number;
	/** Start time in clock ticks since boot: field 22 of /proc/PID/stat, proc_pid_stat(5). */
	readonly startTime: string;
}

/** Field 22 of a stat line; the command name in field 2 may hold blanks and parentheses, so counting begins after it. */
function startTimeOf(stat: string): string | undefined {
	return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}

/** The identity of a process that runs now, or undefined. */
export function identify(host: Host, pid: number): ProcessIdentity | undefined {
	const stat = host.readText(`/proc/${pid}/stat`);
	const startTime = stat === undefined ? undefined : startTimeOf(stat);
	return startTime === undefined ? undefined : {pid, startTime};
}

/** Tells whether that very process still runs; a zombie has ended. */
export function isRunning(host: Host, {pid, startTime}: ProcessIdentity): boolean {
	const stat = host.readText(`/proc/${pid}/stat`);
	if (stat === undefined || startTimeOf(stat) !== startTime) return false;
	const state = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[0];
	return state !== 'Z' && state !== 'X';
}

/** Signals that very process; false when it has ended. Its identity is read right before, so that a reused number is never signalled. */
export function signalProcess(host: Host, process: ProcessIdentity, signal: NodeJS.Signals): boolean {
	return isRunning(host, process) && host.kill(process.pid, signal);
}

/** The kernel's name for this boot; random(4). */
export function bootId(host: Host): string {
	return host.readText('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
}
