import {readFileSync} from 'node:fs';
import {parents, processesOf} from '../system/leftovers.ts';

/** A process, and what it runs: without numbers and names that differ from run to run. */
export interface Found {
	readonly pid: number;
	readonly what: string;
}

function textOf(path: string): string {
	try {
		return readFileSync(path, 'latin1');
	} catch {
		return '';
	}
}

/** What a process is to a reader: its program, and the script or the verb that it carries out. */
function whatOf(pid: number): string {
	const words = textOf(`/proc/${pid}/cmdline`).split('\0');
	const program = words[0]?.split('/').at(-1) ?? '';
	const script = words
		.slice(1)
		.map(word => word.split('/').at(-1) ?? '')
		.find(word => /^(?:[\w-]+\.sh|supervise|up|run|down|stop|restart|exec|cp|gc)$/.test(word));
	return [program, script].filter(word => word !== undefined && word !== '').join(' ');
}

/**
 * All processes of a test, sorted by what they are: those of the command with all that descends from it, and wherever they
 * are those in its containers' cgroups and those that were told its state folder, with their own descendants.
 */
export function processTree(command: number, name: string, folder: string): readonly Found[] {
	const above = parents();
	const roots = new Set([command, ...processesOf(name, folder).map(({pid}) => Number(pid))]);
	const isMeant = (pid: number): boolean => {
		for (let at: number | undefined = pid; at !== undefined && at > 1; at = above.get(at))
			if (roots.has(at)) return true;
		return false;
	};
	return [...above.keys()]
		.filter(isMeant)
		.map(pid => ({pid, what: pid === command ? 'the command' : whatOf(pid)}))
		.toSorted((a, b) => (a.what === b.what ? a.pid - b.pid : a.what < b.what ? -1 : 1));
}
