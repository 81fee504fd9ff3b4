import {once} from 'node:events';
import {constants} from 'node:os';
import type {Readable, Writable} from 'node:stream';
import type {Host, RunningProgram} from '../host.ts';
import {trace} from '../trace.ts';
import {tabRow} from './tab-row.ts';

/** One of our descriptors, and how the program uses it. */
export interface HandedEnd {
	readonly fd: number;
	readonly use: 'read' | 'write';
}

/** The cgroup to kill with a program when tsbox ends, and the best method that the kernel has for it. */
export interface Doomed {
	readonly kind: 'cgroup.kill' | 'freezer' | 'procs' | 'none';
	readonly path?: string;
}

/** What the launcher starts: a program by its words, or the first process of a container by the rows that a fork of the launcher carries out. */
export type Task = {readonly words: readonly string[]} | {readonly rows: string};

/** A small process that starts programs for tsbox, and kills them when tsbox ends without closing it. */
export interface Launcher {
	/**
	 * Starts a program in its own session with these descriptors as 0, 1, …, and only PATH and LC_ALL=C in its environment. Resolves
	 * when it has opened the descriptors, so that ours can be closed; `pipes` is empty. What it starts ends with the launcher.
	 *
	 * @param doomed - a cgroup to kill besides the program and its children
	 * @throws Error why it could not be started.
	 */
	readonly start: (task: Task, ends: readonly HandedEnd[], doomed?: Doomed) => Promise<RunningProgram>;
	/** The launcher has ended or never started. */
	readonly isOver: boolean;
	/** Refuses new programs; running ones continue. Resolves when all of them and the launcher have ended. */
	readonly close: () => Promise<void>;
}

type End = Awaited<RunningProgram['ended']>;

/** A program that is starting or running. */
interface Launch {
	started: (pid: number) => void;
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
 * @param program - its program, whose argument is the pid of this process
 */
export function openLauncher(host: Host, perl: string, program: string): Launcher {
	const words = [perl, '-e', boot, String(Buffer.byteLength(program)), String(process.pid)];
	const {pipes, ended} = host.start(words, {stdio: ['pipe', 'pipe', 'ignore']});
	const [commands, answers] = pipes as readonly [Writable | undefined, Readable | undefined];
	commands?.write(program);
	const launches = new Map<string, Launch>();
	let count = 0;
	let over: Error | undefined;
	const endAll = (): void => {
		over ??= new Error('the launcher has ended');
		for (const {failed, ended: settle} of launches.values()) {
			failed(over.message);
			settle({exitCode: undefined, signal: undefined, startError: over});
		}
		launches.clear();
	};
	const onLine = (line: string): void => {
		const [word, id = '', ...rest] = line.split(' ');
		const launch = launches.get(id);
		if (launch === undefined) return;
		if (word === 'started') launch.started(Number(rest[0]));
		else if (word === 'failed') {
			launch.error = new Error(rest.join(' '));
			launch.failed(launch.error.message);
		} else if (word === 'ended') {
			launches.delete(id);
			const [code = 0, signal = 0] = rest.map(Number);
			launch.failed('it was killed');
			launch.ended({
				exitCode: signal === 0 ? code : undefined,
				signal: signal === 0 ? undefined : signalNames.get(signal),
				startError: launch.error,
			});
		}
	};
	commands?.on('error', () => {});
	if (answers !== undefined) {
		answers.on('error', () => {});
		let rest = '';
		answers.setEncoding('utf8').on('close', endAll);
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
	return {
		get isOver() {
			return over !== undefined;
		},
		start: async (task, ends, doomed = {kind: 'none'}) => {
			if (over !== undefined) throw over;
			count += 1;
			const id = String(count);
			let tellEnd: Launch['ended'] = () => {};
			const end = new Promise<End>(resolve => (tellEnd = resolve));
			const pid = await new Promise<number>((resolve, reject) => {
				launches.set(id, {
					started: resolve,
					failed: why => reject(new Error(why)),
					ended: tellEnd,
					error: undefined,
				});
				const fds = ends.map(({fd, use}) => `${fd}${use === 'read' ? 'r' : 'w'}`).join('');
				const about = [id, doomed.kind, doomed.path ?? '', fds];
				commands?.write(
					'words' in task
						? tabRow(['exec', ...about, ...task.words])
						: `${tabRow(['calls', ...about, String(Buffer.byteLength(task.rows))])}${task.rows}`,
				);
			});
			trace('programs', () => `[${pid}] start by the launcher ${'words' in task ? task.words.join(' ') : 'by calls'}`);
			return {pid, pipes: [], ended: end};
		},
		close: async () => {
			commands?.write('over\n');
			await closed;
			commands?.destroy();
		},
	};
}
