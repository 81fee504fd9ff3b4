import type {CommandEnd} from '../container/machine/attachment.ts';
import {constants} from 'node:buffer';
import type {Readable} from 'node:stream';
import {TsboxError} from '../errors/tsbox-error.ts';
import {whyNot} from '../errors/why-not.ts';
import {after} from '../host/timer.ts';
import {collectOutput} from './collected-output.ts';
import {openInput} from './command-input.ts';
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
	/** The command has ended: what is left of its output waits for no reader. */
	readonly release: () => void;
}

const defaultMost = 10 * 1024 * 1024;

/**
 * Carries a command out within its limits.
 *
 * @param check - throws what is wrong with the call; nothing is done then
 * @param work - starts it, and settles with how it ended; its output may end later
 * @param lingering - ms that its output is waited for when others may hold it open; without, until its end
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
		// Whatever ended the command may have ended its source, too.
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
			// What comes after its end, such as the rollback of its container, is not of its time.
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
				...(usage === undefined ? {} : {usage}),
				...(runId === undefined ? {} : {runId}),
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
	return new TsboxError('E_INTERRUPTED', 'it was aborted before its command began', {cause: signal?.reason});
}

function inputFailed(cause: unknown): TsboxError {
	return new TsboxError('E_INPUT_FAILED', 'the input of the command failed before its end', {
		cause,
		why: whyNot(cause),
		hint: 'throw away what the command made of the part that it got',
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
