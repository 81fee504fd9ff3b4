import type {Readable} from 'node:stream';
import {openMachine} from '../engine/open-machine.ts';
import type {Machine} from '../engine/types.ts';
import type {EndUsage} from '../engine/warm-container.ts';

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
	/** Its standard input; without, that is at its end. */
	readonly input?: string | Uint8Array | Readable;
	/** Milliseconds from the moment when the command begins; then all of it is killed. */
	readonly timeoutMs?: number;
	/** Bytes of each of the two outputs, 10 MiB by default; a command that prints more is killed. */
	readonly maxOutput?: number;
	/** Aborted to end it: a command that runs is killed, one that has not begun never does. */
	readonly signal?: AbortSignal;
}

/** What became of a command. */
export interface RunResult {
	/** Its own, or 128 and the number of the signal that ended it, as a shell tells it. */
	readonly exitCode: number;
	/** The signal that ended it: `SIGKILL`. */
	readonly signal: string | null;
	/** As UTF-8; cut at `maxOutput`. The bytes are in the streams. */
	readonly stdout: string;
	readonly stderr: string;
	/** It did not end by itself with 0. */
	readonly failed: boolean;
	/** It was killed because its time was over. */
	readonly timedOut: boolean;
	/** It was killed because the signal was aborted. */
	readonly isCanceled: boolean;
	/** It was killed because it printed too much. */
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

/** The machine that is meant. */
export async function machineOf({machine, store, state}: MachineChoice): Promise<Machine> {
	return machine ?? openMachine({...(store === undefined ? {} : {store}), ...(state === undefined ? {} : {state})});
}

/** `NAME=value` for each. */
export function environmentWords(env: CommandOptions['env'] = {}): readonly string[] {
	return Object.entries(env).map(([name, value]) => `${name}=${value}`);
}
