import type {Host} from '../host.ts';
import {kernelText} from '../files/kernel-text.ts';

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
	return stat !== undefined && startTimeOf(stat) === startTime && !isZombie(stat);
}

function isZombie(stat: string): boolean {
	return ['Z', 'X'].includes(stat.charAt(stat.lastIndexOf(')') + 2));
}

/** Tells whether no process of that number runs; a zombie has ended, though its parent may never ask for it. */
export function hasEnded(host: Host, pid: number | string): boolean {
	const stat = host.readText(`/proc/${pid}/stat`);
	return stat === undefined || isZombie(stat);
}

/** The numbers of SIGRTMIN and SIGRTMAX as glibc has them; signal(7). */
const realTime = {min: 34, max: 64} as const;

/** What kill(2) is called with: Node knows the names of the classic signals only, and takes a number for the others. */
function signalForNode(name: string): NodeJS.Signals {
	const match = /^SIGRT(MIN|MAX)(?:[+-](\d+))?$/.exec(name);
	if (match === null) return name as NodeJS.Signals;
	const offset = Number(match[2] ?? 0);
	return (match[1] === 'MIN' ? realTime.min + offset : realTime.max - offset) as unknown as NodeJS.Signals;
}

/** Signals that very process; false when it has ended. Its identity is read right before, so that a reused number is never signalled. */
export function signalProcess(host: Host, process: ProcessIdentity, signal: string): boolean {
	return isRunning(host, process) && host.kill(process.pid, signalForNode(signal));
}

/** The kernel's name for this boot; random(4). */
export function bootId(host: Host): string {
	return host.readText('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
}

/** Where a process is at its terminal: its group, the terminal's number, the group that its keys go to. */
export interface TerminalJob {
	readonly group: string;
	readonly tty: string;
	readonly foreground: string;
}

/** Fields 5, 7 and 8 of proc_pid_stat(5); undefined for a process that has ended, or has no terminal. */
export function terminalJob(host: Host, pid: number | 'self'): TerminalJob | undefined {
	const stat = kernelText(host, `/proc/${pid}/stat`) ?? '';
	const [, , group = '', , tty = '0', foreground = ''] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
	return tty === '0' ? undefined : {group, tty, foreground};
}
