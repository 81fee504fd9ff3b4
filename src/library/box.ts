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

interface BoxParts {
	readonly machine: Machine;
	readonly name: string;
	readonly events: AsyncIterable<RunEvent>;
	readonly ended: Promise<CommandEnd>;
	readonly stopping: AbortController;
	readonly force: AbortController;
	readonly streams: {readonly stdin: Writable; readonly stdout: Readable; readonly stderr: Readable} | undefined;
}

/**
 * A running container started by `up`. It is killed when this process ends, for whatever reason, unless `keepAlive` was set.
 */
export class Box implements AsyncDisposable {
	/** The container's name, as `tsbox ps` shows it and as `exec` and `stats` take it. */
	readonly name: string;
	/** All events, from the first step to the last undo. Every reader gets them from the beginning. */
	readonly events: AsyncIterable<RunEvent>;
	/** The command's streams; undefined unless `up` was called with `streams: true`. Read the outputs: a full pipe blocks the command. */
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

	/** Runs another command in the container, as the function `exec` does. */
	exec(command: readonly string[], options: ExecOptions = {}): RunningCommand {
		return execOn(async () => this.#parts.machine, this.name, command, options);
	}

	/** Resolves with the exit status of the container's command once the container has been removed. */
	wait(): Promise<CommandEnd> {
		return this.#parts.ended;
	}

	/** Stops the container as its spec says: `pre_stop`, then `stop_signal`, then SIGKILL after `stop_grace_period`. */
	stop(): Promise<CommandEnd> {
		this.#parts.stopping.abort(interruption('the start', 'SIGTERM'));
		return this.#parts.ended;
	}

	/** Sends a signal to the command. SIGKILL, the default, kills every process in the container. Resolves when the signal is sent. */
	async kill(signal = 'SIGKILL'): Promise<void> {
		if (signal === 'SIGKILL') this.#parts.force.abort();
		else await signalContainer(this.#parts.machine, this.name, signal);
	}

	/**
	 * Measures resource usage over the next second.
	 *
	 * @throws TsboxError E_NO_SUCH_CONTAINER when the container has ended.
	 */
	async stats(): Promise<ContainerStats | undefined> {
		for await (const [sample] of stats(this.#parts.machine, [this.name])) return sample;
		return undefined;
	}

	/** Kills the container and waits until it has been removed. */
	async [Symbol.asyncDispose](): Promise<void> {
		this.#parts.force.abort();
		await this.#parts.ended.catch(() => {});
	}
}
