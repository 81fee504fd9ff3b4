import {present} from '../spec/syntax/pick.ts';
import type {CommandEnd} from '../container/machine/attachment.ts';
import {constants} from 'node:buffer';
import type {Readable} from 'node:stream';
import {TsboxError} from '../errors/tsbox-error.ts';
import {whyNot} from '../errors/why-not.ts';
import {after} from '../host/timer.ts';
import {collectOutput} from './collected-output.ts';
import {openInput} from './command-input.ts';
import type {CommandOptions, RunResult} from './options.ts';
import type {Streams} from './pipes.ts';

/** A command in progress. Await it for its result, or read its output meanwhile. */
export interface RunningCommand extends Promise<RunResult> {
	readonly stdout: Readable;
	readonly stderr: Readable;
}

/** How a command ended, without its output. */
export type Outcome = CommandEnd & Pick<RunResult, 'usage' | 'oomKilled' | 'runId'>;

/** The hooks through which `work` reports the progress of a command. */
export interface CommandSide {
	/** Aborted when the caller gives up before the command has begun. */
	readonly signal: AbortSignal;
	/** Starts to read the command's output and to feed its input. */
	readonly connect: (streams: Streams) => void;
	/** Reports that the command has begun: the timeout starts, and `kill` enforces the limits. */
	readonly begin: (kill: () => void) => void;
	/** Reports that the command has ended: the rest of its output no longer waits for a reader. */
	readonly release: () => void;
}

const defaultMost = 10 * 1024 * 1024;

/**
 * Runs a command within its limits.
 *
 * @param check - throws for an invalid call, before anything is done
 * @param work - starts the command and settles with its end; its output may end later
 * @param lingering - how long to wait for output that background processes may hold open, in ms; by default until its end
 */
export function runCommand(
	options: CommandOptions,
	check: () => void,
	work: (side: CommandSide) => Promise<Outcome>,
	lingering?: number,
): RunningCommand {
	const refused = refusalOf(check);
	const {signal, timeoutMs = Infinity, buffer = true, ...rest} = refused === undefined ? options : {};
	const {input, maxOutput = buffer ? defaultMost : Infinity} = rest;
	let kill: (() => void) | undefined;
	let begun = performance.now();
	let callOff = (): void => {};
	let endedAt: number | undefined;
	let silentAt = 0;
	let why: 'timedOut' | 'isCanceled' | 'truncated' | undefined;
	let inputFailure: TsboxError | undefined;
	const early = new AbortController();
	const stop = (reason: TsboxError): void => {
		if (kill === undefined) early.abort(reason);
		else kill();
	};
	const end = (reason: NonNullable<typeof why>): void => {
		why ??= reason;
		stop(interrupted(signal));
	};
	const limits = {most: maxOutput, kept: buffer ? Math.min(maxOutput, constants.MAX_STRING_LENGTH) : 0};
	const stdout = collectOutput(limits, () => end('truncated'));
	const stderr = collectOutput(limits, () => end('truncated'));
	void Promise.all([stdout.ended, stderr.ended]).then(() => (silentAt = performance.now()));
	const feed = openInput(input, error => {
		// The event that ended the command may have made its input source fail, too.
		if (why !== undefined) return;
		inputFailure = inputFailed(error);
		stop(inputFailure);
	});
	const cancel = (): void => end('isCanceled');
	const side: CommandSide = {
		signal: early.signal,
		connect: pipes => {
			stdout.connect(pipes.stdout);
			stderr.connect(pipes.stderr);
			feed.feed(pipes.stdin);
		},
		begin: way => {
			kill = way;
			begun = performance.now();
			callOff = after(timeoutMs, () => end('timedOut'));
			if ((why ?? inputFailure) !== undefined) way();
		},
		release: () => {
			// The timeout covers the command only, not the rollback of its container.
			callOff();
			endedAt ??= performance.now();
			stdout.release();
			stderr.release();
		},
	};
	const carryOut = async (): Promise<RunResult> => {
		try {
			if (refused !== undefined) throw refused.error;
			if (signal?.aborted === true) throw interrupted(signal);
			signal?.addEventListener('abort', cancel, {once: true});
			const {exitCode, signal: endSignal, oomKilled, usage, runId} = await work(side);
			feed.stop();
			side.release();
			if (inputFailure !== undefined) throw inputFailure;
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
				truncated: why === 'truncated' || (buffer && (stdout.isCut() || stderr.isCut())),
				oomKilled,
				durationMs: Math.max(endedAt ?? 0, silentAt) - begun,
				...present({usage, runId}),
			};
		} catch (error) {
			throw early.signal.aborted ? early.signal.reason : error;
		} finally {
			callOff();
			signal?.removeEventListener('abort', cancel);
			feed.stop();
			stdout.stop();
			stderr.stop();
		}
	};
	return Object.assign(carryOut(), {stdout: stdout.stream, stderr: stderr.stream});
}

function interrupted(signal: AbortSignal | undefined): TsboxError {
	return new TsboxError('E_INTERRUPTED', 'the call was aborted before the command began', {cause: signal?.reason});
}

function inputFailed(cause: unknown): TsboxError {
	return new TsboxError('E_INPUT_FAILED', 'the input of the command failed before its end', {
		cause,
		why: whyNot(cause),
		hint: 'discard what the command produced: it saw only part of its input',
	});
}

function refusalOf(check: () => void): {readonly error: unknown} | undefined {
	try {
		check();
		return undefined;
	} catch (error) {
		return {error};
	}
}
