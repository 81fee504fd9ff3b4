import type {CommandEnd} from '../container/machine/attachment.ts';
import type {Machine} from '../container/machine/machine.ts';
import type {ContainerStats} from '../container/observe/usage-meter.ts';
import type {Readable, Writable} from 'node:stream';
import {interruption} from '../errors/interruption.ts';
import {signalContainer} from '../container/control/signal-container.ts';
import {stats} from '../container/observe/stats.ts';
import type {RunEvent} from '../execute/event.ts';
import {type ExecOptions, execOn} from './exec.ts';
import type {RunningCommand} from './run-command.ts';

/** What a {@link Box} is made of. */
interface BoxParts {
	readonly machine: Machine;
	readonly name: string;
	readonly events: AsyncIterable<RunEvent>;
	readonly ended: Promise<CommandEnd>;
	readonly stopping: AbortController;
	readonly force: AbortController;
	readonly streams: {readonly stdin: Writable; readonly stdout: Readable; readonly stderr: Readable} | undefined;
}

/** A container that runs; made by `up`. It ends with this process at the latest, however that ends, unless `keepAlive` says otherwise. */
export class Box implements AsyncDisposable {
	/** What `tsbox ps` and the functions for containers call it. */
	readonly name: string;
	/** What is done, from the first step to the last undo; each reader gets all of them. */
	readonly events: AsyncIterable<RunEvent>;
	/** The command's streams, where `up` was asked for them. They must be read: a full pipe holds the command up. */
	readonly stdin: Writable | undefined;
	readonly stdout: Readable | undefined;
	readonly stderr: Readable | undefined;
	readonly #parts: BoxParts;

	constructor(parts: BoxParts) {
		this.#parts = parts;
		this.name = parts.name;
		this.events = parts.events;
		this.stdin = parts.streams?.stdin;
		this.stdout = parts.streams?.stdout;
		this.stderr = parts.streams?.stderr;
	}

	/** Runs a command in it; see `exec`. */
	exec(command: readonly string[], options: ExecOptions = {}): RunningCommand {
		return execOn(async () => this.#parts.machine, this.name, command, options);
	}

	/** How its command ended, once all of it is taken back. */
	wait(): Promise<CommandEnd> {
		return this.#parts.ended;
	}

	/** Ends it as its spec says: `pre_stop`, `stop_signal`, and after `stop_grace_period` a kill. */
	stop(): Promise<CommandEnd> {
		this.#parts.stopping.abort(interruption('the start', 'SIGTERM'));
		return this.#parts.ended;
	}

	/** Sends its command a signal; SIGKILL, the default, ends every process of it. Settles when that is sent. */
	async kill(signal = 'SIGKILL'): Promise<void> {
		if (signal === 'SIGKILL') this.#parts.force.abort();
		else await signalContainer(this.#parts.machine, this.name, signal);
	}

	/**
	 * What it uses, over the second that follows.
	 *
	 * @throws TsboxError E_NO_SUCH_CONTAINER when it has ended.
	 */
	async stats(): Promise<ContainerStats | undefined> {
		for await (const [sample] of stats(this.#parts.machine, [this.name])) return sample;
		return undefined;
	}

	/** Kills it, and waits until all of it is taken back. */
	async [Symbol.asyncDispose](): Promise<void> {
		this.#parts.force.abort();
		await this.#parts.ended.catch(() => {});
	}
}
