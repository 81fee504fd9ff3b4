import type {Host} from '../../host/host.ts';
import {hasEnded, type TerminalJob, terminalJob} from '../../host/programs/process.ts';
import {descendants} from '../../kernel/processes.ts';

/** The processes of a room: its first one and all descendants, parents before their children. */
export function roomProcesses(host: Host, first: number): readonly number[] {
	return descendants(host, first);
}

/** A room's terminal: the outer shell on it, and the deepest process of its foreground process group. */
export interface RoomTerminal {
	readonly shell: number;
	/** Undefined in the moment between the end of a program and the next prompt. */
	readonly foreground: number | undefined;
}

/** Finds the outer shell: the first process with a terminal. Undefined before it has started. */
export function roomTerminal(host: Host, first: number): RoomTerminal | undefined {
	const jobs = roomProcesses(host, first).flatMap((pid): {readonly pid: number; readonly job: TerminalJob}[] => {
		const job = terminalJob(host, pid);
		return job === undefined || hasEnded(host, pid) ? [] : [{pid, job}];
	});
	const [shell] = jobs;
	if (shell === undefined) return undefined;
	const front = jobs.findLast(({job}) => job.tty === shell.job.tty && job.group === shell.job.foreground);
	return {shell: shell.pid, foreground: front?.pid};
}
