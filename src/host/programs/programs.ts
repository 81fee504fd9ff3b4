import {spawn} from 'node:child_process';
import {closeSync, openSync} from 'node:fs';
import type {Readable} from 'node:stream';
import type {Host, RunningProgram, RunResult, Stdio} from '../host.ts';
import {errnoOf} from '../errno.ts';
import {leakedDescriptors} from './inherited-descriptors.ts';
import {trace} from '../trace.ts';

/** The environment of every program. The caller's variables (LD_PRELOAD, LIBMOUNT_*) must not control tools that run as root. */
const environment = {PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C'} as const;

/** How much of each output is kept, bytes. The end is kept because errors are there. */
const outputLimit = 1024 * 1024;

/**
 * {@link Host.run}. On abort or timeout it kills the whole process group, because a child that outlives its parent would
 * hold the pipes open. A program that cannot be started has no exit code, no signal, and the reason as stderr.
 */
export async function runProgram(
	argv: readonly string[],
	{signal, input, timeoutMs}: NonNullable<Parameters<Host['run']>[1]> = {},
): Promise<RunResult> {
	// Loading execa takes longer than everything else at startup, and a start with cached facts never needs it.
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

/** {@link Host.start}. A program that cannot be started has pid 0 and a startError. */
export function startProgram(
	argv: readonly string[],
	{stdio, env = {}, isBackground = false}: Parameters<Host['start']>[1],
): RunningProgram {
	const [file = '', ...args] = argv;
	const child = withExactly(stdio, exact =>
		// Not execa: it would wrap the streams, and importing it takes longer than a whole container start.
		spawn(file, args, {stdio: [...exact], env: {...environment, ...env}, cwd: '/', detached: true}),
	);
	trace('programs', () => `[${child.pid}] start ${argv.join(' ')}`);
	if (isBackground) child.unref();
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

/** Describes the end of a program, for the trace. */
function endText(exitCode: number | null | undefined, signal: string | null | undefined): string {
	return signal ? `ended by ${signal}` : `exit status ${exitCode}`;
}

/**
 * {@link Host.kill}. A negative number is a process group, kill(2). 0, 1, and -1 come from a failed start or a parse error. They mean
 * our own group, init, and every process, so they are refused.
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
 * Starts something with `stdio` and no other descriptor of ours: leaked ones are replaced by /dev/null in the
 * child. Node can neither set O_CLOEXEC on a descriptor nor close one in the child, but it can replace it.
 */
function withExactly<T>(stdio: readonly Stdio[], start: (exact: readonly Stdio[]) => T): T {
	// From 3 on, 'ignore' leaves a descriptor open (libuv, uv__process_child_init).
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
		// Truncate at twice the limit and not at each chunk: concatenating copies everything that is kept.
		if (size > 2 * limit) {
			chunks = [Buffer.concat(chunks).subarray(-limit)];
			size = limit;
		}
	});
	return () => Buffer.concat(chunks).subarray(-limit).toString('utf8');
}
