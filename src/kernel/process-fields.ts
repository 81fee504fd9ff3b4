/* Parsers for /proc/PID; proc_pid_stat(5), proc_pid_status(5), proc_pid_cmdline(5). Pure functions of their texts. */
import type {IdMapRow} from '../host/id-map.ts';
import {statusFields} from '../host/probe/process-status.ts';

/** A process of a container, seen from the host. */
export interface ProcessFacts {
	/** Pid on the host. */
	readonly pid: number;
	/** Pid in the container's pid namespace; null for a process outside, such as the unshare(1) above the first process. */
	readonly insidePid: number | null;
	/** Parent's pid on the host; 0 when the parent is outside the caller's pid namespace. */
	readonly ppid: number;
	/** Effective uid in the process's user namespace; null when the namespace does not map it. */
	readonly uid: number | null;
	/** Effective uid on the host. */
	readonly hostUid: number;
	/** User and system CPU time, ms. */
	readonly cpuMs: number;
	/** Resident memory, bytes; 0 for a zombie. */
	readonly rss: number;
	/** State letter and flags, as STAT of ps(1). */
	readonly stat: string;
	/** Command name in the kernel, up to 15 bytes. */
	readonly name: string;
	/** Command line, possibly cut off; empty for a zombie. */
	readonly command: readonly string[];
}

/** The contents of one process's files in /proc. */
export interface ProcessTexts {
	readonly stat: string;
	readonly status: string;
	/** May be cut off. */
	readonly cmdline: string | undefined;
	readonly uidMap: string | undefined;
}

/** The number of pid namespaces from the one of /proc down to the process's, both included; from its status file. */
export function pidDepth(status: string): number {
	return pidsOf(statusFields(status)['NSpid']).length;
}

/** The pid in each namespace, from the one of /proc inward; proc_pid_status(5), NSpid. */
function pidsOf(line: string | undefined): readonly number[] {
	return (line ?? '').split(/\s+/).filter(Boolean).map(Number);
}

/** Programs see clock ticks of 10 ms, whatever frequency the kernel uses: USER_HZ, time(7). */
const msPerTick = 10;

/**
 * Parses the files of one process; undefined when they are malformed.
 *
 * @param depth - the depth of the container's pid namespace, from {@link pidDepth}
 */
export function processFacts({stat, status, cmdline, uidMap}: ProcessTexts, depth: number): ProcessFacts | undefined {
	// The name in field 2 may contain spaces and parentheses. Field 3 follows the last parenthesis.
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

/** Adds the flags of ps(1), "PROCESS STATE CODES". */
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

/** `1234 kB` in bytes; 0 when missing. */
function kilobytes(text: string | undefined): number {
	return Number.parseInt(text ?? '0', 10) * 1024;
}

/** Each argument ends with a zero byte. A process may overwrite its arguments with other text. */
function argumentsOf(cmdline: string): readonly string[] {
	const text = cmdline.replace(/\0+$/, '');
	return text === '' ? [] : text.split('\0');
}

/** Parses a uid_map; user_namespaces(7). */
export function idMapRows(text: string): readonly IdMapRow[] {
	return [...text.matchAll(/^\s*(\d+)\s+(\d+)\s+(\d+)\s*$/gm)].map(([, inside, outside, count]) => ({
		inside: Number(inside),
		outside: Number(outside),
		count: Number(count),
	}));
}

/** The id inside for an id of the host; null when the map does not contain it. */
export function insideId(rows: readonly IdMapRow[], id: number): number | null {
	const row = rows.find(({outside, count}) => id >= outside && id < outside + count);
	return row === undefined ? null : row.inside + id - row.outside;
}
