import {Readable, type Writable} from 'node:stream';
import {TsboxError} from '../errors/tsbox-error.ts';
import type {CommandEnd} from '../engine/types.ts';
import {after} from '../host/timer.ts';
import {collectOutput} from './collected-output.ts';
import type {CommandOptions, RunResult} from './options.ts';
import type {Pipes} from './pipes.ts';

/** A command on its way: to be awaited for what became of it, and read meanwhile. */
export interface RunningCommand extends Promise<RunResult> {
	readonly stdout: Readable;
	readonly stderr: Readable;
}

/** What became of a command beside its output. */
export type Outcome = CommandEnd & Pick<RunResult, 'usage' | 'oomKilled' | 'runId'>;

/** The caller's side of a command, for whoever carries it out. */
export interface CommandSide {
	/** Aborted when the caller aborts before the command has begun. */
	readonly signal: AbortSignal;
	/** Reads its output, and feeds it. */
	readonly connect: (pipes: Pipes) => void;
	/** The command begins: its time counts, and it is killed when it goes too far. */
	readonly begin: (kill: () => void) => void;
}

const defaultMost = 10 * 1024 * 1024;

/**
 * Carries a command out within its limits.
 *
 * @param work - starts it, and settles with how it ended; its output may end later
 * @param lingering - ms that its output is waited for when others may hold it open; without, until its end
 */
export function runCommand(
	options: CommandOptions,
	work: (side: CommandSide) => Promise<Outcome>,
	lingering?: number,
): RunningCommand {
	const {signal, timeoutMs = Infinity, input, maxOutput = defaultMost} = options;
	let kill: (() => void) | undefined;
	let begun = performance.now();
	let callOff = (): void => {};
	let why: 'timedOut' | 'isCanceled' | 'truncated' | undefined;
	const early = new AbortController();
	const end = (reason: NonNullable<typeof why>): void => {
		why ??= reason;
		if (kill === undefined) early.abort(interrupted(signal));
		else kill();
	};
	const stdout = collectOutput(maxOutput, () => end('truncated'));
	const stderr = collectOutput(maxOutput, () => end('truncated'));
	const cancel = (): void => end('isCanceled');
	const side: CommandSide = {
		signal: early.signal,
		connect: pipes => {
			stdout.connect(pipes.stdout);
			stderr.connect(pipes.stderr);
			feed(input, pipes.stdin);
		},
		begin: way => {
			kill = way;
			begun = performance.now();
			callOff = after(timeoutMs, () => end('timedOut'));
			if (why !== undefined) way();
		},
	};
	const carryOut = async (): Promise<RunResult> => {
		try {
			checkOptions(options);
			if (signal?.aborted === true) throw interrupted(signal);
			signal?.addEventListener('abort', cancel, {once: true});
			const {exitCode, signal: endSignal, oomKilled, usage, runId} = await work(side);
			callOff();
			const over = Promise.all([stdout.ended, stderr.ended]);
			await (lingering === undefined ? over : Promise.race([over, new Promise(go => setTimeout(go, lingering))]));
			return {
				exitCode,
				signal: endSignal,
				stdout: stdout.text(),
				stderr: stderr.text(),
				failed: exitCode !== 0 || why !== undefined,
				timedOut: why === 'timedOut',
				isCanceled: why === 'isCanceled',
				truncated: why === 'truncated',
				oomKilled,
				durationMs: performance.now() - begun,
				...(usage === undefined ? {} : {usage}),
				...(runId === undefined ? {} : {runId}),
			};
		} catch (error) {
			throw early.signal.aborted ? early.signal.reason : error;
		} finally {
			callOff();
			signal?.removeEventListener('abort', cancel);
			stdout.stop();
			stderr.stop();
		}
	};
	return Object.assign(carryOut(), {stdout: stdout.stream, stderr: stderr.stream});
}

function interrupted(signal: AbortSignal | undefined): TsboxError {
	return new TsboxError('E_INTERRUPTED', 'it was aborted before its command began', {cause: signal?.reason});
}

function checkOptions({command, env = {}, timeoutMs, maxOutput, cwd}: CommandOptions): void {
	const wrong =
		command?.length === 0 || command?.[0] === ''
			? '`command` names no program'
			: [...(command ?? []), ...Object.entries(env).flat(), cwd ?? ''].some(word => word.includes('\0'))
				? '`command`, `env` and `cwd` can not hold a NUL byte'
				: Object.keys(env).some(name => name === '' || name.includes('='))
					? 'a name in `env` is empty or holds `=`'
					: cwd !== undefined && !cwd.startsWith('/')
						? '`cwd` must begin with /'
						: [timeoutMs, maxOutput].some(number => number !== undefined && !(number >= 0))
							? '`timeoutMs` and `maxOutput` can not be negative'
							: undefined;
	if (wrong !== undefined) throw new TsboxError('E_USAGE', wrong);
}

function feed(input: CommandOptions['input'], stdin: Writable): void {
	// Whoever does not read all of it has ended, which is no failure of ours.
	stdin.on('error', () => {});
	if (input instanceof Readable) {
		input.on('error', () => stdin.destroy());
		input.pipe(stdin);
		stdin.once('close', () => input.unpipe(stdin));
	} else stdin.end(input);
}
