import {once} from 'node:events';
import type {Socket} from 'node:net';
import {constants} from 'node:os';
import type {Host, RunningProgram} from '../host.ts';
import {trace} from '../trace.ts';
import {tabRow} from './tab-row.ts';

/** The cgroup to kill with a program when tsbox ends, and the best method that the kernel has for it. */
export interface Doomed {
	readonly kind: 'cgroup.kill' | 'freezer' | 'procs' | 'none';
	readonly path?: string;
}

/** What the launcher starts: a program by its words, or the first process of a container by the rows that a fork of it carries out. */
export type Task = {readonly words: readonly string[]} | {readonly rows: string};

/** Which end of a pipe a program has. */
export type PipeUse = 'read' | 'write';

/** Pipes for one program. */
export interface PipeSet {
	/** A path for each pipe, which opens either end until the program is started: proc_pid_fd(5). */
	readonly paths: readonly string[];
	/**
	 * Starts a program in its own session with its ends of the pipes as 0, 1, …, and only PATH and LC_ALL=C in its environment. Call it once. Resolves when
	 * the program has them; `pipes` is empty. The program ends with the launcher.
	 *
	 * @param doomed - a cgroup to kill besides the program and its children
	 * @throws Error why it could not be started.
	 */
	readonly start: (task: Task, doomed?: Doomed) => Promise<RunningProgram>;
	/** Gives up pipes for which nothing was started. */
	readonly drop: () => void;
}

/**
 * A small process that starts programs for tsbox, and kills them when tsbox ends without closing it. It keeps this process alive only
 * as long as one of its programs runs.
 */
export interface Launcher {
	/** @throws Error when the launcher has ended or could not be started. */
	readonly pipes: (uses: readonly PipeUse[]) => Promise<PipeSet>;
	/** Whether there are pipes for which nothing was started, or programs that run. */
	readonly isBusy: boolean;
	/** The launcher has ended or never started. */
	readonly isOver: boolean;
	/** Refuses new programs; running ones continue. Resolves when all of them and the launcher have ended. */
	readonly close: () => Promise<void>;
}

type End = Awaited<RunningProgram['ended']>;

/** Pipes that are asked for, or a program that is starting or running. */
interface Launch {
	/** Settles what waits for the next answer. */
	answered: (words: readonly string[]) => void;
	failed: (why: string) => void;
	ended: (end: End) => void;
	error: Error | undefined;
}

// Some numbers have two names. The first one is the usual one, so it must win.
const signalNames = new Map(
	Object.entries(constants.signals)
		.toReversed()
		.map(([name, number]) => [number, name]),
);

/** Reads the launcher's program from its input. An argument with it would fill each list of processes. */
const boot = 'my $n = shift; 1 while length() < $n && sysread STDIN, $_, $n - length(), length(); eval; die $@';

/**
 * Starts the launcher, a perl process.
 *
 * @param perl - the path of perl(1)
 * @param program - its program, `launcherProgram` of step/calls/executor.ts
 */
export function openLauncher(host: Host, perl: string, program: string): Launcher {
	const words = [perl, '-e', boot, String(Buffer.byteLength(program))];
	const {pid, pipes, ended} = host.start(words, {stdio: ['pipe', 'pipe', 'ignore'], isBackground: true});
	const [requests, answers] = pipes as readonly [Socket | undefined, Socket | undefined];
	const launches = new Map<string, Launch>();
	let count = 0;
	let over: Error | undefined;
	const forget = (id: string): void => {
		launches.delete(id);
		if (launches.size === 0) answers?.unref();
	};
	const endAll = (): void => {
		over ??= new Error('the launcher has ended');
		for (const [id, {failed, ended: settle}] of launches) {
			forget(id);
			failed(over.message);
			settle({exitCode: undefined, signal: undefined, startError: over});
		}
	};
	const onLine = (line: string): void => {
		const [word, id = '', ...rest] = line.split(' ');
		const launch = launches.get(id);
		if (launch === undefined) return;
		if (word === 'pipes' || word === 'started') launch.answered(rest);
		else if (word === 'failed') {
			launch.error = new Error(rest.join(' '));
			launch.failed(launch.error.message);
		} else if (word === 'ended') {
			forget(id);
			const [code = 0, signal = 0] = rest.map(Number);
			launch.failed('it was killed');
			launch.ended({
				exitCode: signal === 0 ? code : undefined,
				signal: signal === 0 ? undefined : signalNames.get(signal),
				startError: launch.error,
			});
		}
	};
	requests?.on('error', () => {}).unref();
	requests?.write(program);
	if (answers !== undefined) {
		let rest = '';
		answers.unref().setEncoding('utf8');
		answers.on('error', () => {}).on('close', endAll);
		answers.on('data', (text: string) => {
			const lines = (rest + text).split('\n');
			rest = lines.pop() ?? '';
			for (const line of lines) onLine(line);
		});
	}
	const closed = answers === undefined ? ended : once(answers, 'close');
	void ended.then(({startError}) => {
		over ??= startError ?? new Error('the launcher has ended');
		if (startError !== undefined) endAll();
	});
	const ask = async (launch: Launch, request: () => void): Promise<readonly string[]> => {
		if (over !== undefined) throw over;
		return new Promise((resolve, reject) => {
			launch.answered = resolve;
			launch.failed = why => reject(new Error(why));
			request();
		});
	};
	return {
		get isOver() {
			return over !== undefined;
		},
		get isBusy() {
			return launches.size > 0;
		},
		pipes: async uses => {
			count += 1;
			const id = String(count);
			let tellEnd: Launch['ended'] = () => {};
			const end = new Promise<End>(resolve => (tellEnd = resolve));
			const launch: Launch = {answered: () => {}, failed: () => {}, ended: tellEnd, error: undefined};
			launches.set(id, launch);
			answers?.ref();
			const fds = await ask(launch, () => requests?.write(tabRow(['pipes', id, String(uses.length)]))).catch(
				(error: unknown) => {
					forget(id);
					throw error;
				},
			);
			const letters = uses.map(use => use[0]).join('');
			return {
				paths: fds.map(fd => `/proc/${pid}/fd/${fd}`),
				start: async (task, doomed = {kind: 'none'}) => {
					const about = [id, doomed.kind, doomed.path ?? '', letters];
					const [first = '0'] = await ask(launch, () =>
						requests?.write(
							'words' in task
								? tabRow(['exec', ...about, ...task.words])
								: `${tabRow(['calls', ...about, String(Buffer.byteLength(task.rows))])}${task.rows}`,
						),
					);
					trace(
						'programs',
						() => `[${first}] start by the launcher ${'words' in task ? task.words.join(' ') : 'by calls'}`,
					);
					return {pid: Number(first), pipes: [], ended: end};
				},
				drop: () => {
					if (!launches.has(id)) return;
					forget(id);
					requests?.write(tabRow(['drop', id]));
				},
			};
		},
		close: async () => {
			answers?.ref();
			requests?.write('over\n');
			await closed;
			requests?.destroy();
		},
	};
}
