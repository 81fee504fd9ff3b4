import {readdirSync, readFileSync} from 'node:fs';
import {parents} from '../system/leftovers.ts';

/** What of a machine's memory containers keep, MiB. */
export interface KeptMemory {
	/** Of the processes of a kind, by proportional set size: what several share is counted once; proc_pid_smaps(5). */
	readonly of: (isMeant: (words: string) => boolean) => {readonly count: number; readonly sum: number};
	/** What the machine has left for others, the kernel's own counted too; proc_meminfo(5). */
	readonly available: number;
}

function text(path: string): string {
	try {
		return readFileSync(path, 'utf8');
	} catch {
		return '';
	}
}

const mebibytes = (field: string, from: string): number =>
	Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(from)?.[1] ?? 0) / 1024;

/** The processes whose command lines are meant. */
export function pidsOf(isMeant: (words: string) => boolean): readonly number[] {
	return readdirSync('/proc')
		.filter(name => /^\d+$/.test(name) && isMeant(text(`/proc/${name}/cmdline`).replaceAll('\0', ' ')))
		.map(Number);
}

/** Looks now; the processes are measured when they are asked for. A process is told by its command line. */
export function keptMemory(): KeptMemory {
	const processes = readdirSync('/proc')
		.filter(name => /^\d+$/.test(name))
		.map(pid => ({pid, words: text(`/proc/${pid}/cmdline`).replaceAll('\0', ' ')}));
	return {
		of: isMeant => {
			const meant = processes.filter(({words}) => isMeant(words));
			const sum = meant.reduce((all, {pid}) => all + mebibytes('Pss', text(`/proc/${pid}/smaps_rollup`)), 0);
			return {count: meant.length, sum};
		},
		available: mebibytes('MemAvailable', text('/proc/meminfo')),
	};
}

/** The memory of all that a process has started and that is there still, MiB: {@link KeptMemory}, without the process itself. */
export function keptBelow(pid: number): number {
	const parent = parents();
	const isBelow = (each: number): boolean => {
		const above = parent.get(each);
		return above !== undefined && (above === pid || isBelow(above));
	};
	return [...parent.keys()]
		.filter(isBelow)
		.reduce((sum, each) => sum + mebibytes('Pss', text(`/proc/${each}/smaps_rollup`)), 0);
}

/** The processor time that a process has used, s; proc_pid_stat(5), whose ticks are a hundredth on Linux. */
export function processorTime(pid: number, children = false): number {
	const stat = text(`/proc/${pid}/stat`);
	const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
	const [user = '0', system = '0', usersOfChildren = '0', systemsOfChildren = '0'] = fields.slice(11, 15);
	const own = Number(user) + Number(system);
	return (own + (children ? Number(usersOfChildren) + Number(systemsOfChildren) : 0)) / 100;
}
