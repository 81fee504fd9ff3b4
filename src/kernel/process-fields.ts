/* What /proc/PID says of a process; proc_pid_stat(5), proc_pid_status(5), proc_pid_cmdline(5). Pure: texts in, facts out. */
import type {IdMapRow} from '../host/id-map.ts';
import {statusFields} from '../host/probe/process-status.ts';

/** A process of a container, as the kernel shows it from outside. */
export interface ProcessFacts {
	/** On the host. */
	readonly pid: number;
	/** In the container's pid namespace; null for one that is not in it, as the unshare(1) above the first process. */
	readonly insidePid: number | null;
	/** On the host; 0 where the parent is outside of what the caller sees. */
	readonly ppid: number;
	/** Effective uid inside its user namespace; null for one that the namespace has no id for. */
	readonly uid: number | null;
	/** Effective uid on the host. */
	readonly hostUid: number;
	/** User and system time, ms. */
	readonly cpuMs: number;
	/** Resident memory, bytes; 0 for a zombie. */
	readonly rss: number;
	/** The state's letter and its marks, as STAT of ps(1). */
	readonly stat: string;
	/** The kernel's name for it, up to 15 bytes. */
	readonly name: string;
	/** Its command line as far as it was read; empty for a zombie. */
	readonly command: readonly string[];
}

/** The texts of the files of one process. */
export interface ProcessTexts {
	readonly stat: string;
	readonly status: string;
	/** The beginning of its command line. */
	readonly cmdline: string | undefined;
	readonly uidMap: string | undefined;
}

/** How many pid namespaces down a process is from the one that /proc was mounted for, itself counted; from its status text. */
export function pidDepth(status: string): number {
	return pidsOf(statusFields(status)['NSpid']).length;
}

/** A number for each namespace from the one of /proc inward; proc_pid_status(5), NSpid. */
function pidsOf(line: string | undefined): readonly number[] {
	return (line ?? '').split(/\s+/).filter(Boolean).map(Number);
}

/** Clock ticks are hundredths of a second for programs, whatever the kernel counts by: USER_HZ, time(7). */
const msPerTick = 10;

/**
 * Takes the texts of a process apart; undefined when they are none of a process.
 *
 * @param depth - of the container's pid namespace, as {@link pidDepth} has it
 */
export function processFacts({stat, status, cmdline, uidMap}: ProcessTexts, depth: number): ProcessFacts | undefined {
	// The name in field 2 may hold blanks and parentheses; field 3 follows its last one.
	const open = stat.indexOf('(');
	const close = stat.lastIndexOf(')');
	const pid = Number.parseInt(stat, 10);
	const fields = stat.slice(close + 2).split(' ');
	if (open < 0 || close < open || Number.isNaN(pid) || fields.length < 20) return undefined;
	const number = (index: number): number => Number(fields[index - 3]);
	const lines = statusFields(status);
	const hostUid = Number(lines['Uid']?.split(/\s+/)[1] ?? 0);
	return {
		pid,
		insidePid: pidsOf(lines['NSpid'])[depth - 1] ?? null,
		ppid: number(4),
		uid: uidMap === undefined ? hostUid : insideId(idMapRows(uidMap), hostUid),
		hostUid,
		cpuMs: (number(14) + number(15)) * msPerTick,
		rss: kilobytes(lines['VmRSS']),
		stat: statWord(pid, number, fields[0] ?? '?', kilobytes(lines['VmLck']) > 0),
		name: stat.slice(open + 1, close),
		command: argumentsOf(cmdline ?? ''),
	};
}

/** The marks of ps(1), "PROCESS STATE CODES". */
function statWord(pid: number, number: (index: number) => number, state: string, locked: boolean): string {
	const [group, session, foreground, nice, threads] = [number(5), number(6), number(8), number(19), number(20)];
	return [
		state,
		nice < 0 ? '<' : nice > 0 ? 'N' : '',
		locked ? 'L' : '',
		session === pid ? 's' : '',
		threads > 1 ? 'l' : '',
		foreground === group ? '+' : '',
	].join('');
}

/** `1234 kB` in bytes; 0 without. */
function kilobytes(text: string | undefined): number {
	return Number.parseInt(text ?? '0', 10) * 1024;
}

/** Each argument ends with a zero byte; a process may have written other text over them. */
function argumentsOf(cmdline: string): readonly string[] {
	const text = cmdline.replace(/\0+$/, '');
	return text === '' ? [] : text.split('\0');
}

/** The rows of a uid_map; user_namespaces(7). */
export function idMapRows(text: string): readonly IdMapRow[] {
	return [...text.matchAll(/^\s*(\d+)\s+(\d+)\s+(\d+)\s*$/gm)].map(([, inside, outside, count]) => ({
		inside: Number(inside),
		outside: Number(outside),
		count: Number(count),
	}));
}

/** What an id of the host is inside; null for one that the map does not have. */
export function insideId(rows: readonly IdMapRow[], id: number): number | null {
	const row = rows.find(({outside, count}) => id >= outside && id < outside + count);
	return row === undefined ? null : row.inside + id - row.outside;
}
