import type {Host} from '../../host/host.ts';
import {type TerminalJob, terminalJob} from '../../host/programs/process.ts';
import {descendants} from '../../kernel/processes.ts';

/** The processes of a room: its first one and all descendants, parents before their children. */
export function roomProcesses(host: Host, first: number): readonly number[] {
	return descendants(host, first);
}

/** A room's terminal: the outer shell on it, and the deepest process of its foreground process group. */
export interface RoomTerminal {
	readonly shell: number;
	readonly foreground: number;
}

/** Finds the outer shell: the first process with a terminal. Undefined before it has started. */
export function roomTerminal(host: Host, first: number): RoomTerminal | undefined {
	const jobs = roomProcesses(host, first).flatMap((pid): {readonly pid: number; readonly job: TerminalJob}[] => {
		const job = terminalJob(host, pid);
		return job === undefined ? [] : [{pid, job}];
	});
	const [shell] = jobs;
	if (shell === undefined) return undefined;
	// A group that has just ended has no process: the shell takes the terminal back in a moment.
	const front = jobs.findLast(({job}) => job.tty === shell.job.tty && job.group === shell.job.foreground);
	return {shell: shell.pid, foreground: front?.pid ?? shell.pid};
}
