import type {Machine} from '../container/machine/machine.ts';
import {openMachine} from '../container/machine/open-machine.ts';
import type {EndUsage} from '../container/start/warm-container.ts';
import {TsboxError} from '../errors/tsbox-error.ts';
import type {CommandInput} from './command-input.ts';

/** The machine to use: one that is open already, or one that the call opens with these folders. */
export interface MachineChoice {
	/** A machine from `openMachine`, which several calls can share. */
	readonly machine?: Machine;
	/** The folder for images and writable layers; `/var/lib/tsbox` for root. */
	readonly store?: string;
	/** The folder for the state of running containers; `/run/tsbox` for root. */
	readonly state?: string;
}

/** A command and its limits. */
export interface CommandOptions {
	/** The command's words, which follow the `entrypoint` of the spec; by default the `command` of the spec. */
	readonly command?: readonly string[];
	/** Environment variables, added to those of the spec. They override variables of the same name. */
	readonly env?: Readonly<Record<string, string>>;
	/** An existing working directory in the container; by default the one of the spec. */
	readonly cwd?: string;
	/**
	 * Standard input: text, bytes, a Node or web stream, a Blob, or an iterable of text or bytes. Without it the command reads an empty
	 * input. A source that fails before its end kills the command, and the call rejects with E_INPUT_FAILED.
	 */
	readonly input?: CommandInput;
	/** Timeout in milliseconds from the start of the command. Then the whole container is killed. */
	readonly timeoutMs?: number;
	/**
	 * Most bytes of each output; a command that prints more is killed. Default: 10 MiB, or no limit with `buffer: false`.
	 * Even with `Infinity` the result holds at most the longest string of Node, 512 MiB.
	 */
	readonly maxOutput?: number;
	/**
	 * `false` keeps no output for the result. Read the streams `stdout` and `stderr` right away instead: the command waits for a slow
	 * reader, and a stream without a reader is dropped.
	 */
	readonly buffer?: boolean;
	/** Cancels the call. A running command is killed; a command that has not started never does. */
	readonly signal?: AbortSignal;
}

/** The result of a command. */
export interface RunResult {
	/** The exit status. For a command that a signal ended it is 128 plus the signal's number, as in a shell. */
	readonly exitCode: number;
	/** The signal that ended the command, such as `SIGKILL`. */
	readonly signal: string | null;
	/** The output as UTF-8, cut at `maxOutput`; empty with `buffer: false`. The streams have the bytes. */
	readonly stdout: string;
	readonly stderr: string;
	/** True unless the command exited by itself with status 0. */
	readonly failed: boolean;
	/** Whether the command was killed at `timeoutMs`. */
	readonly timedOut: boolean;
	/** Whether the command was killed because `signal` was aborted. */
	readonly isCanceled: boolean;
	/** Whether output is missing: the command was killed at `maxOutput`, or it printed more than a string can hold. */
	readonly truncated: boolean;
	/** Whether the kernel killed one of the container's processes at the memory limit. */
	readonly oomKilled: boolean;
	/** Milliseconds from the start of the command until the command and its output ended. */
	readonly durationMs: number;
	/** Resource usage; only for commands of a `Pool`. */
	readonly usage?: EndUsage;
	/** The id of the run record, when one was requested and could be kept; see `showRun`. */
	readonly runId?: string;
}

/**
 * The machine that the options select.
 *
 * @throws TsboxError E_USAGE for folders beside a machine, which has its own; errors of `openMachine`.
 */
export async function machineOf({machine, store, state}: MachineChoice): Promise<Machine> {
	if (machine !== undefined && (store ?? state) !== undefined)
		throw new TsboxError('E_USAGE', '`store` and `state` cannot be combined with `machine`', {
			hint: 'pass them to `openMachine`',
		});
	return machine ?? openMachine({...(store === undefined ? {} : {store}), ...(state === undefined ? {} : {state})});
}

/** The variables as `NAME=value` words. */
export function environmentWords(env: CommandOptions['env'] = {}): readonly string[] {
	return Object.entries(env).map(([name, value]) => `${name}=${value}`);
}
