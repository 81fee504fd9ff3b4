import type {Readable, Writable} from 'node:stream';
import type {Machine} from '../container/machine/machine.ts';
import type {OwnLaunch} from '../container/start/own-launch.ts';
import {startGuarded} from '../execute/start-guarded.ts';
import {toError} from '../errors/is-error.ts';
import {TsboxError} from '../errors/tsbox-error.ts';
import {type Launcher, openLauncher, type PipeSet, type PipeUse} from '../host/programs/launcher.ts';
import {openPipe} from '../host/programs/stdio.ts';
import {after} from '../host/timer.ts';
import {systemCalls} from '../step/calls/constants.ts';
import {launcherProgram} from '../step/calls/executor.ts';
import type {CgroupKill} from '../step/verbs/cgroups.ts';
import {fifoMaker, fifosOfPipes, makePipes, pipesFolder, type Streams} from './pipes.ts';

/** The streams of one container, and how to start it with them. */
export interface Opened extends OwnLaunch {
	readonly streams: Streams;
}

/** Starts the containers of one machine. */
export interface Launch {
	readonly open: () => Promise<Opened>;
	/** Whether something that it opened has not ended. */
	readonly isBusy: () => boolean;
	/** Resolves when nothing of it is left. */
	readonly close: () => Promise<void>;
}

/** The number of containers for which FIFOs are made at once. */
const startsAhead = 16;

/**
 * Starts containers through a perl launcher where there is perl, and the numbers of the system calls are known. A fork of this process
 * is slow, because the kernel copies the page tables of all its memory, and it blocks the event loop. Without a launcher the process
 * forks all the same.
 */
export function openLaunch(machine: Machine): Launch {
	const {host, facts} = machine;
	const perl = perlOf(machine);
	if (perl === undefined) return openForks(machine);
	let launcher: Launcher | undefined;
	return {
		open: async () => {
			if (launcher === undefined || launcher.isOver)
				launcher = openLauncher(host, perl, launcherProgram(facts.kernel.arch));
			return openThrough(await launcher.pipes(uses));
		},
		isBusy: () => launcher?.isBusy === true,
		close: async () => launcher?.close(),
	};
}

/** The path of a perl that can be the launcher. */
function perlOf({facts: {tools, kernel}}: Machine): string | undefined {
	return systemCalls[kernel.arch] === undefined ? undefined : tools.perl?.path;
}

function openForks({host, dirs}: Machine): Launch {
	const fifos = fifoMaker(host, pipesFolder(dirs.state), startsAhead * fifosOfPipes);
	return {
		open: async () => {
			const {ends, closeEnds, ...streams} = await makePipes(fifos);
			return {
				streams,
				start: async task => {
					if ('rows' in task) throw new TypeError('without a launcher nobody takes rows');
					const stdio = [ends.stdin, ends.stdout, ends.stderr, 'pipe', 'pipe'] as const;
					return startGuarded(host, task.words, {stdio});
				},
				isLauncher: false,
				letGo: closeEnds,
			};
		},
		isBusy: () => false,
		close: async () => fifos.close(),
	};
}

/** What a container does with its descriptors 0 to 4: streams, status pipe, gate. */
const uses = ['read', 'write', 'write', 'write', 'read'] as const satisfies readonly PipeUse[];

async function openThrough(set: PipeSet): Promise<Opened> {
	const opened: (Readable & Writable)[] = [];
	try {
		for (const [at, path] of set.paths.entries())
			opened.push(await openPipe(path, uses[at] === 'read' ? 'write' : 'read'));
	} catch (error) {
		for (const stream of opened) stream.destroy();
		set.drop();
		throw error;
	}
	const [stdin, stdout, stderr, status, gate] = opened;
	if (!stdin || !stdout || !stderr || !status || !gate) throw new TypeError('a start takes five pipes');
	stdin.on('error', () => {});
	let isStarted = false;
	const drop = (): void => {
		if (isStarted) return;
		isStarted = true;
		set.drop();
		status.destroy();
		gate.destroy();
	};
	return {
		streams: {
			stdin,
			stdout,
			stderr,
			destroy: () => {
				drop();
				for (const stream of [stdin, stdout, stderr]) stream.destroy();
			},
		},
		start: async (task, kill) => {
			isStarted = true;
			const pipes = [undefined, undefined, undefined, status, gate];
			try {
				return {...(await set.start(task, doomed(kill))), pipes};
			} catch (error) {
				const startError = toError(error);
				return {pid: 0, pipes, ended: Promise.resolve({exitCode: undefined, signal: undefined, startError})};
			}
		},
		isLauncher: true,
		letGo: drop,
	};
}

/** What the launcher kills with a container; it knows no processes but those of a cgroup. */
function doomed(kill: CgroupKill): Exclude<CgroupKill, {kind: 'root'}> {
	if (kill.kind !== 'root') return kill;
	throw new TsboxError('E_SPEC_INVALID', 'a pool cannot hold containers of `profile: bare` without a pid namespace', {
		why: 'what they start could outlive the pool',
		hint: 'add `mount` and `pid` to `namespaces`',
	});
}

/** How long a launcher of {@link launchFor} is kept without a start, ms. */
const keptFor = 10_000;

interface Kept {
	readonly launch: Launch;
	callOff: () => void;
}

const kept = new WeakMap<Machine, Kept>();

/** The launcher that calls of one machine share; undefined where there is none. It is closed when it was not asked for a while. */
export function launchFor(machine: Machine): Launch | undefined {
	if (perlOf(machine) === undefined) return undefined;
	const found = kept.get(machine) ?? {launch: openLaunch(machine), callOff: () => {}};
	kept.set(machine, found);
	const wait = (): void => {
		found.callOff();
		found.callOff = after(keptFor, () => (found.launch.isBusy() ? wait() : end()), {keepsAlive: false});
	};
	const end = (): void => {
		kept.delete(machine);
		void found.launch.close();
	};
	wait();
	return found.launch;
}
