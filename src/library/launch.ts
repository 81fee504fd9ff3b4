import {toError} from '../errors/is-error.ts';
import {TsboxError} from '../errors/tsbox-error.ts';
import type {HostFacts} from '../host/facts.ts';
import type {Host, RunningProgram} from '../host/host.ts';
import {startGuarded} from '../execute/start-guarded.ts';
import {systemCalls} from '../step/calls/constants.ts';
import {launcherProgram} from '../step/calls/executor.ts';
import type {CgroupKill} from '../step/verbs/cgroups.ts';
import {type Launcher, openLauncher, type Task} from '../host/programs/launcher.ts';
import {closeDescriptor, type OpenedFifo} from '../host/programs/stdio.ts';
import type {FifoMaker, Pipes} from './pipes.ts';

/** Starts the first program of a container with the container's stream ends, a status pipe and a gate. */
export interface Launch {
	readonly start: (task: Task, ends: Pipes['ends'], kill: CgroupKill) => Promise<RunningProgram>;
	/**
	 * Whether there is a launcher: it takes rows of calls, and kills the container when this process ends. If not, the container's
	 * script must.
	 */
	readonly isGuard: boolean;
	/** Resolves when the launcher has ended. */
	readonly close: () => Promise<void>;
}

/** FIFOs that a start needs besides those of the container's streams. */
export const fifosOfLaunch = 2;

/**
 * Starts containers through a perl launcher where there is perl, and the numbers of the system calls are known. A fork of this process is slow, because the kernel copies
 * the page tables of all its memory, and it blocks the event loop. Without a launcher the process forks all the same.
 */
export function openLaunch(host: Host, facts: HostFacts, fifos: FifoMaker): Launch {
	const perl = facts.tools.perl?.path;
	const {arch} = facts.kernel;
	if (perl === undefined || systemCalls[arch] === undefined)
		return {
			start: async (task, {stdin, stdout, stderr}) =>
				startGuarded(host, 'words' in task ? task.words : [], {stdio: [stdin, stdout, stderr, 'pipe', 'pipe']}),
			isGuard: false,
			close: async () => {},
		};
	let launcher: Launcher | undefined;
	return {
		start: async (task, ends, kill) => {
			if (launcher === undefined || launcher.isOver) launcher = openLauncher(host, perl, launcherProgram(arch));
			return startThrough(launcher, task, {ends, kill}, await fifos.make(['read', 'write']));
		},
		isGuard: true,
		close: async () => launcher?.close(),
	};
}

/** What the launcher kills with a program; it knows no processes but those of a cgroup. */
function doomed(kill: CgroupKill): Exclude<CgroupKill, {kind: 'root'}> {
	if (kill.kind !== 'root') return kill;
	throw new TsboxError('E_SPEC_INVALID', 'a pool cannot hold containers of `profile: bare` without a pid namespace', {
		why: 'what they start could outlive the pool',
		hint: 'add `mount` and `pid` to `namespaces`',
	});
}

async function startThrough(
	launcher: Launcher,
	task: Task,
	{ends: {stdin, stdout, stderr}, kill}: {readonly ends: Pipes['ends']; readonly kill: CgroupKill},
	[status, gate]: readonly OpenedFifo[],
): Promise<RunningProgram> {
	if (status === undefined || gate === undefined) throw new TypeError('a start takes two FIFOs');
	const pipes = [undefined, undefined, undefined, status.stream, gate.stream];
	try {
		const handed = [
			{fd: stdin, use: 'read'},
			{fd: stdout, use: 'write'},
			{fd: stderr, use: 'write'},
			{fd: status.theirs, use: 'write'},
			{fd: gate.theirs, use: 'read'},
		] as const;
		return {...(await launcher.start(task, handed, doomed(kill))), pipes};
	} catch (error) {
		const startError = toError(error);
		return {pid: 0, pipes, ended: Promise.resolve({exitCode: undefined, signal: undefined, startError})};
	} finally {
		closeDescriptor(status.theirs);
		closeDescriptor(gate.theirs);
	}
}
