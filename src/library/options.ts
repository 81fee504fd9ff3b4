import type {Machine} from '../container/machine/machine.ts';
import {openMachine} from '../container/machine/open-machine.ts';
import type {EndUsage} from '../container/start/warm-container.ts';
import {TsboxError} from '../errors/tsbox-error.ts';
import type {CommandInput} from './command-input.ts';

/** Which machine, opened before; else one is opened with these folders for the call. */
export interface MachineChoice {
	/** One of `openMachine`, which many calls can share. */
	readonly machine?: Machine;
	/** Where images and writable layers are kept; `/var/lib/tsbox` for root. */
	readonly store?: string;
	/** Where what runs is noted; `/run/tsbox` for root. */
	readonly state?: string;
}

/** A command, and how far it may go. */
export interface CommandOptions {
	/** The words of the command, after the spec's `entrypoint`; by default the spec's. */
	readonly command?: readonly string[];
	/** Added to the spec's; these win. */
	readonly env?: Readonly<Record<string, string>>;
	/** The working directory in the container, which must be there; by default the spec's. */
	readonly cwd?: string;
	/**
	 * Its standard input: text, bytes, a stream of Node's or of the web, a Blob, or an iterable of text or bytes; without, that is at
	 * its end. A source that fails before its end kills the command, and the call rejects with E_INPUT_FAILED.
	 */
	readonly input?: CommandInput;
	/** Milliseconds from the moment when the command begins; then all of it is killed. */
	readonly timeoutMs?: number;
	/**
	 * Bytes of each of the two outputs; a command that prints more is killed. 10 MiB by default, and without a limit where `buffer`
	 * is false. With `Infinity` the result still has no more than a string can hold, 512 MiB.
	 */
	readonly maxOutput?: number;
	/**
	 * With false nothing is kept for the result: `stdout` and `stderr` are to be read as streams, at once, and the command waits for a
	 * slow reader. A stream that nobody reads is dropped.
	 */
	readonly buffer?: boolean;
	/** Aborted to end it: a command that runs is killed, one that has not begun never does. */
	readonly signal?: AbortSignal;
}

/** What became of a command. */
export interface RunResult {
	/** Its own, or 128 and the number of the signal that ended it, as a shell tells it. */
	readonly exitCode: number;
	/** The signal that ended it: `SIGKILL`. */
	readonly signal: string | null;
	/** As UTF-8; cut at `maxOutput`, and empty where `buffer` is false. The bytes are in the streams. */
	readonly stdout: string;
	readonly stderr: string;
	/** It did not end by itself with 0. */
	readonly failed: boolean;
	/** It was killed because its time was over. */
	readonly timedOut: boolean;
	/** It was killed because the signal was aborted. */
	readonly isCanceled: boolean;
	/** `stdout` or `stderr` is not all: it was killed at `maxOutput`, or it printed more than a string can hold. */
	readonly truncated: boolean;
	/** The kernel killed a process of it for the memory limit. */
	readonly oomKilled: boolean;
	/** From the moment when the command began until it and its output had ended. */
	readonly durationMs: number;
	/** What it used; of a command of `Pool` alone. */
	readonly usage?: EndUsage;
	/** The id of its record, where one was asked for and could be kept; see `showRun`. */
	readonly runId?: string;
}

/**
 * The machine that is meant.
 *
 * @throws TsboxError E_USAGE for folders beside a machine, which has its own, and those of `openMachine`.
 */
export async function machineOf({machine, store, state}: MachineChoice): Promise<Machine> {
	if (machine !== undefined && (store ?? state) !== undefined)
		throw new TsboxError('E_USAGE', '`store` and `state` cannot be given beside a `machine`', {
			hint: 'name them to `openMachine`',
		});
	return machine ?? openMachine({...(store === undefined ? {} : {store}), ...(state === undefined ? {} : {state})});
}

/** `NAME=value` for each. */
export function environmentWords(env: CommandOptions['env'] = {}): readonly string[] {
	return Object.entries(env).map(([name, value]) => `${name}=${value}`);
}
