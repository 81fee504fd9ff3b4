import {readFileSync, statSync} from 'node:fs';

/** How often a start asks the kernel for what costs time. */
export interface Counts {
	/** Programs started: execve(2), the first one and the container's command counted too. */
	readonly programs: number;
	/** Of these, what the start itself runs: neither the first program, the shell and Node of the command line, nor the command. */
	readonly chain: number;
	/** Processes made: fork(2), vfork(2), and clone(2) of anything but a thread. */
	readonly processes: number;
	/** Calls that change mounts: mount(2), umount(2), pivot_root(2), and those of the newer interface, as move_mount(2). */
	readonly mounts: number;
	/** Writes that move a process to a cgroup; cgroups(7). */
	readonly moves: number;
	/** KiB that Node reads from files before it starts the first process: since its own start, or in the part that is counted. */
	readonly readFirst: number;
}

const processCalls = ['clone', 'clone3', 'fork', 'vfork'];
const mountCalls = 'mount umount2 pivot_root move_mount open_tree fsopen fsconfig fsmount fspick mount_setattr'.split(
	' ',
);
const readCalls = ['read', 'readv', 'pread64', 'preadv'];
const writeCalls = ['write', 'writev', 'pwrite64'];
const programCalls = ['execve', 'execveat'];

/** The command of a container that is followed, by which it is told from the programs of the start. */
export const command = ['echo', 'of-the-container'] as const;

/** strace(1) up to the command line that it is to follow, with all that this starts. Only calls that succeed are written. */
export function strace(file: string): readonly string[] {
	const calls = [...programCalls, ...processCalls, ...mountCalls, ...readCalls, ...writeCalls];
	return ['strace', '-f', '-qq', '-z', '-y', '-e', 'signal=none', '-e', `trace=${calls.join(',')}`, '-o', file];
}

/** How much strace(1) has written: it writes each call before the process goes on. */
export function writtenTo(file: string): number {
	return statSync(file).size;
}

interface Call {
	readonly name: string;
	readonly args: string;
	readonly result: number;
}

/**
 * Counts the calls in a part of what strace(1) wrote.
 *
 * @param begin - where the part begins, in bytes
 */
export function countCalls(file: string, begin = 0, end?: number): Counts {
	const calls = readFileSync(file)
		.subarray(begin, end)
		.toString('latin1')
		.split('\n')
		.flatMap((line): readonly Call[] => {
			const [, name, args, result] = /^\d+ +(\w+)\((.*)\) += (\d+)/.exec(line) ?? [];
			return name === undefined || args === undefined ? [] : [{name, args, result: Number(result)}];
		});
	const isStart = ({name}: Call): boolean => programCalls.includes(name);
	const isProcess = ({name, args}: Call): boolean => processCalls.includes(name) && !args.includes('CLONE_THREAD');
	const node = calls.findIndex(call => isStart(call) && call.args.includes('["node"'));
	const own = begin > 0 ? calls : calls.slice(Math.max(node, 0) + 1);
	const first = own.findIndex(call => isStart(call) || isProcess(call));
	const byNode = node >= 0 || begin > 0 ? own.slice(0, first) : [];
	const isCommand = ({args}: Call): boolean => args.includes(`"${command.join('", "')}"`);
	const count = (among: readonly Call[], isMeant: (call: Call) => boolean): number => among.filter(isMeant).length;
	return {
		programs: count(calls, isStart),
		chain: count(own, call => isStart(call) && !isCommand(call)),
		processes: count(calls, isProcess),
		mounts: count(calls, ({name}) => mountCalls.includes(name)),
		moves: count(
			calls,
			({name, args}) => writeCalls.includes(name) && /^\d+<[^>]*\/(?:cgroup\.procs|tasks)>/.test(args),
		),
		readFirst: Math.ceil(
			byNode
				.filter(({name, args}) => readCalls.includes(name) && /^\d+<\//.test(args))
				.reduce((sum, {result}) => sum + result, 0) / 1024,
		),
	};
}
