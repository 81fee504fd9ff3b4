import type {Host} from '../host.ts';
import {kernelText} from '../files/kernel-text.ts';

/** Identifies a process even when its pid is reused. */
export interface ProcessIdentity {
	readonly pid: number;
	/** Start time in clock ticks since boot: field 22 of /proc/PID/stat, proc_pid_stat(5). */
	readonly startTime: string;
}

/** Field 22 of a stat line. The command name in field 2 may contain spaces and parentheses, so counting begins after it. */
function startTimeOf(stat: string): string | undefined {
	return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}

/** The parent of a process; undefined when the process or the parent is none of this pid namespace. */
export function parentOf(host: Host, pid: number): number | undefined {
	const stat = host.readText(`/proc/${pid}/stat`);
	const parent = Number(stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
	return parent > 0 ? parent : undefined;
}

/** The identity of a running process; undefined when there is none. */
export function identify(host: Host, pid: number): ProcessIdentity | undefined {
	const stat = host.readText(`/proc/${pid}/stat`);
	const startTime = stat === undefined ? undefined : startTimeOf(stat);
	return startTime === undefined ? undefined : {pid, startTime};
}

/** Whether exactly this process still runs. A zombie has ended. */
export function isRunning(host: Host, {pid, startTime}: ProcessIdentity): boolean {
	const stat = host.readText(`/proc/${pid}/stat`);
	return stat !== undefined && startTimeOf(stat) === startTime && !isZombie(stat);
}

function isZombie(stat: string): boolean {
	return ['Z', 'X'].includes(stat.charAt(stat.lastIndexOf(')') + 2));
}

/** Whether no process with this pid runs. A zombie has ended, even if its parent never waits for it. */
export function hasEnded(host: Host, pid: number | string): boolean {
	const stat = host.readText(`/proc/${pid}/stat`);
	return stat === undefined || isZombie(stat);
}

/** SIGRTMIN and SIGRTMAX of glibc; signal(7). */
const realTime = {min: 34, max: 64} as const;

/** A signal for Node's kill(), which knows only the names of classic signals and takes numbers for the others. */
function signalForNode(name: string): NodeJS.Signals {
	const match = /^SIGRT(MIN|MAX)(?:[+-](\d+))?$/.exec(name);
	if (match === null) return name as NodeJS.Signals;
	const offset = Number(match[2] ?? 0);
	return (match[1] === 'MIN' ? realTime.min + offset : realTime.max - offset) as unknown as NodeJS.Signals;
}

/** Signals exactly this process; false when it has ended. It checks the identity right before, to never signal a reused pid. */
export function signalProcess(host: Host, process: ProcessIdentity, signal: string): boolean {
	return isRunning(host, process) && host.kill(process.pid, signalForNode(signal));
}

/** The id of this boot; random(4). */
export function bootId(host: Host): string {
	return host.readText('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
}

/** A process at its terminal: its process group, the terminal's number, and the terminal's foreground group. */
export interface TerminalJob {
	readonly group: string;
	readonly tty: string;
	readonly foreground: string;
}

/** Fields 5, 7, and 8 of proc_pid_stat(5); undefined for a process that has ended or has no terminal. */
export function terminalJob(host: Host, pid: number | 'self'): TerminalJob | undefined {
	const stat = kernelText(host, `/proc/${pid}/stat`) ?? '';
	const [, , group = '', , tty = '0', foreground = ''] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
	return tty === '0' ? undefined : {group, tty, foreground};
}
