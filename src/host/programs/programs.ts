import {spawn} from 'node:child_process';
import {closeSync, openSync} from 'node:fs';
import type {Readable} from 'node:stream';
import type {Host, RunningProgram, RunResult, Stdio} from '../host.ts';
import {errnoOf} from '../errno.ts';
import {leakedDescriptors} from './inherited-descriptors.ts';
import {trace} from '../trace.ts';

/** What every program gets: tools run as root must not be led by the caller's variables (LD_PRELOAD, LIBMOUNT_*). */
const environment = {PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C'} as const;

/** Bytes of each output that a finished program may leave behind; the end is kept, that is where errors are. */
const outputLimit = 1024 * 1024;

/**
 * {@link Host.run}: on abort or timeout the whole process group is killed, for a child that outlives its parent would
 * hold the pipes open. A program that can't be started has neither an exit code nor a signal, and the reason as stderr.
 */
export async function runProgram(
	argv: readonly string[],
	{signal, input, timeoutMs}: NonNullable<Parameters<Host['run']>[1]> = {},
): Promise<RunResult> {
	// Loaded by the first call: it costs more than all else at start, and a run from warm facts never needs it.
	const {execa} = await import('execa');
	signal?.throwIfAborted();
	const [file = '', ...args] = argv;
	const program = execa(file, args, {
		stdin: input === undefined ? 'ignore' : 'pipe',
		env: environment,
		extendEnv: false,
		cwd: '/',
		detached: true,
		reject: false,
		buffer: false,
		...(input === undefined ? {} : {input}),
	});
	const stdout = tailOf(program.stdout, outputLimit);
	const stderr = tailOf(program.stderr, outputLimit);
	trace('programs', () => `[${program.pid}] run ${argv.join(' ')}`);
	const kill = (): void => void (program.pid !== undefined && signalProgram(-program.pid, 'SIGKILL'));
	const timer = timeoutMs === undefined ? undefined : setTimeout(kill, timeoutMs);
	signal?.addEventListener('abort', kill);
	const {exitCode, signal: endSignal, originalMessage = '', escapedCommand: command} = await program;
	clearTimeout(timer);
	signal?.removeEventListener('abort', kill);
	const reason = program.pid === undefined ? originalMessage : stderr();
	trace('programs', () => `[${program.pid}] ${endText(exitCode, endSignal)} ${reason}`);
	return {exitCode, signal: endSignal, stdout: stdout(), stderr: reason, command};
}

/** {@link Host.start}. A program that can't be started has pid 0 and a startError. */
export function startProgram(argv: readonly string[], {stdio, env = {}}: Parameters<Host['start']>[1]): RunningProgram {
	const [file = '', ...args] = argv;
	const child = withExactly(stdio, exact =>
		// Plain spawn: execa would wrap the streams, and its import is dearer than the whole start of a container.
		spawn(file, args, {stdio: [...exact], env: {...environment, ...env}, cwd: '/', detached: true}),
	);
	trace('programs', () => `[${child.pid}] start ${argv.join(' ')}`);
	const ended = new Promise<Awaited<RunningProgram['ended']>>(resolve => {
		child.once('exit', (code, signal) => {
			trace('programs', () => `[${child.pid}] ${endText(code, signal)}`);
			resolve({exitCode: code ?? undefined, signal: signal ?? undefined, startError: undefined});
		});
		child.once('error', startError => {
			if (child.pid === undefined) resolve({exitCode: undefined, signal: undefined, startError});
		});
	});
	return {pid: child.pid ?? 0, pipes: child.stdio.slice(0, stdio.length), ended};
}

/** How a program ended, for the trace. */
function endText(exitCode: number | null | undefined, signal: string | null | undefined): string {
	return signal ? `ended by ${signal}` : `exit status ${exitCode}`;
}

/**
 * {@link Host.kill}; a negative number is a process group, kill(2). False also for 0, 1 and -1, which are never a
 * container's: they are what a failed start or a bad parse leaves, and mean our own group, init, and everything.
 */
export function signalProgram(pid: number, signal: NodeJS.Signals): boolean {
	if (!Number.isInteger(pid) || Math.abs(pid) <= 1) return false;
	try {
		trace('programs', () => `${signal} to ${pid}`);
		return process.kill(pid, signal);
	} catch (error) {
		if (errnoOf(error) === 'ESRCH') return false;
		throw error;
	}
}

/**
 * Starts something with `stdio` and no other descriptor of ours: what was leaked into us is covered by /dev/null in the
 * child. Node can neither set O_CLOEXEC on a descriptor nor have one closed in the child, but it can put another there.
 */
function withExactly<T>(stdio: readonly Stdio[], start: (exact: readonly Stdio[]) => T): T {
	// For 3 and above 'ignore' leaves a descriptor as it is (libuv, uv__process_child_init).
	const leaked = leakedDescriptors().filter(fd => (stdio[fd] ?? 'ignore') === 'ignore');
	const last = leaked.at(-1);
	if (last === undefined) return start(stdio);
	const nothing = openSync('/dev/null', 'r+');
	try {
		const length = Math.max(stdio.length, last + 1);
		return start(Array.from({length}, (_, fd) => (leaked.includes(fd) ? nothing : (stdio[fd] ?? 'ignore'))));
	} finally {
		closeSync(nothing);
	}
}

/** Collects a stream; the returned function gives its last `limit` bytes as text. */
function tailOf(stream: Readable, limit: number): () => string {
	let chunks: Buffer[] = [];
	let size = 0;
	stream.on('data', (chunk: Buffer) => {
		chunks.push(chunk);
		size += chunk.length;
		// Cut at twice the limit, not at each chunk: joining costs as much as what is kept.
		if (size > 2 * limit) {
			chunks = [Buffer.concat(chunks).subarray(-limit)];
			size = limit;
		}
	});
	return () => Buffer.concat(chunks).subarray(-limit).toString('utf8');
}
