import {readFileSync, writeFileSync} from 'node:fs';
import {parents} from './leftovers.ts';

/**
 * What this process and all that comes of it are known by: the slack of its timers, a number of ns that the kernel hands on
 * over fork(2) and execve(2), whatever becomes of environment, session, cgroup and parent; PR_SET_TIMERSLACK(2const). 50 µs
 * is what everybody else has.
 */
const slack = '/proc/self/timerslack_ns';
const mark = String(50_001 + process.pid);

/** Marks this process: whatever it starts from now on is found by {@link orphans}. To be called in the main thread. */
export function markDescendants(): void {
	writeFileSync(slack, mark);
}

function textOf(path: string): string {
	try {
		return readFileSync(path, 'utf8').trim();
	} catch {
		return '';
	}
}

/**
 * What came of this process and is in its care no more, with no other trace of where it came from: neither this process nor a
 * tmux(1), whose server is a daemon that ends with the terminal of a test, is above it.
 */
export function orphans(): readonly {readonly pid: string; readonly command: string}[] {
	const above = parents();
	const isKept = (pid: number): boolean => {
		for (let at: number | undefined = pid; at !== undefined && at > 1; at = above.get(at))
			if (at === process.pid || textOf(`/proc/${at}/comm`) === 'tmux: server') return true;
		return false;
	};
	return [...above.keys()]
		.filter(pid => textOf(`/proc/${pid}/timerslack_ns`) === mark && !isKept(pid))
		.map(pid => ({pid: String(pid), command: textOf(`/proc/${pid}/cmdline`).replaceAll('\0', ' ')}));
}
