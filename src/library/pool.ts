import {isTsboxError, TsboxError} from '../errors/tsbox-error.ts';
import {checkOptions} from './check-options.ts';
import type {SpecSource} from './load.ts';
import {checkSource, closeTable, commandTable, poolTable} from './option-tables.ts';
import {type CommandOptions, environmentWords} from './options.ts';
import {poolLimits, type PoolOptions, type PoolState} from './pool-options.ts';
import {type CommandSide, type Outcome, runCommand, type RunningCommand} from './run-command.ts';
import {waitingLine} from './waiting-line.ts';
import {openSource, type Source, type Warm} from './warm-source.ts';

/** How many containers to try for one command, and how many starts in a row may fail. */
const mostTries = 3;

/** How long a command may run, in ms, before its replacement is started. A shorter command starts its replacement when it ends. */
const refillAfter = 100;

/**
 * Keeps containers started and checked, each waiting at its gate for one command. Running a command then costs one write and one
 * exec. Each container runs one command and is removed, and the pool starts another in its place. An open pool keeps this
 * process alive.
 */
export class Pool implements AsyncDisposable {
	readonly #limits: ReturnType<typeof poolLimits>;
	readonly #source: Promise<Source>;
	readonly #over = new AbortController();
	readonly #warm: Warm[] = [];
	readonly #waiting = waitingLine<Warm>();
	/** Callers of `ready`: they wait for a container but take none. */
	readonly #looking = waitingLine<void>();
	readonly #running = new Set<Warm>();
	readonly #removals = new Set<Promise<void>>();
	readonly #starts = new Set<Promise<void>>();
	readonly #notRemoved: Warm[] = [];
	#failures = 0;
	#closing: Promise<void> | undefined;

	/**
	 * Starts containers in the background. `ready` and `run` report an invalid spec and a machine that cannot start it.
	 *
	 * @throws TsboxError E_USAGE for unknown or invalid options.
	 */
	constructor(spec: SpecSource, options: PoolOptions = {}) {
		checkSource('new Pool', spec);
		checkOptions('new Pool', poolTable, options);
		this.#limits = poolLimits(options);
		this.#source = openSource(spec, options);
		this.#source.then(
			() => this.#fill(),
			() => {},
		);
	}

	/** The number of containers and commands in each state. */
	get state(): PoolState {
		return {
			warm: this.#warm.length,
			starting: this.#starts.size,
			running: this.#running.size,
			removing: this.#removals.size,
			waiting: this.#waiting.length(),
		};
	}

	/**
	 * Resolves when a container is waiting for a command.
	 *
	 * @throws TsboxError (rejects) the reason why no container starts.
	 */
	async ready(): Promise<void> {
		await this.#source;
		if (this.#over.signal.aborted) throw closed();
		if (this.#warm.length > 0) return;
		setImmediate(() => this.#fill());
		return this.#looking.join();
	}

	/**
	 * Runs a command in a fresh container that runs nothing before or after it. Like the function `run`, it resolves for any exit
	 * status. Command, variables, working directory and input can differ from run to run; the spec decides everything else.
	 *
	 * @throws TsboxError (rejects) when the command could not run: the reason why no container starts, E_COMMAND_NOT_FOUND,
	 * or E_INTERRUPTED for an abort before the command began or for a closed pool.
	 */
	run(options: CommandOptions = {}): RunningCommand {
		const check = (): void => checkOptions('pool.run', commandTable, options);
		return runCommand(options, check, async side => {
			for (let tries = mostTries; tries > 0; tries -= 1) {
				const outcome = await this.#runIn(await this.#take(side.signal), options, side);
				if (outcome !== 'gone') return outcome;
			}
			throw new TsboxError('E_STEP_FAILED', `${mostTries} containers ended before their command began`, {
				why: 'a signal or the out-of-memory killer ended them',
				hint: 'look for the out-of-memory killer in `dmesg`, and for programs that kill processes',
			});
		});
	}

	/**
	 * Takes no more commands, removes the waiting containers, and resolves when nothing is left. Running commands continue to
	 * their end, unless `kill` is true.
	 *
	 * @throws (rejects) TsboxError, or the system's error, when something could not be removed.
	 */
	async close(options: {readonly kill?: boolean} = {}): Promise<void> {
		checkOptions('pool.close', closeTable, options);
		this.#closing ??= this.#close();
		if (options.kill === true) for (const {container} of this.#running) container.kill();
		return this.#closing;
	}

	/** Closes the pool and kills its running commands. */
	[Symbol.asyncDispose](): Promise<void> {
		return this.close({kill: true});
	}

	async #close(): Promise<void> {
		this.#over.abort(closed());
		for (const {refuse} of [...this.#waiting.all(), ...this.#looking.all()]) refuse(closed());
		for (const warm of this.#warm.splice(0)) this.#remove(warm);
		const source = await this.#source.catch(() => undefined);
		while (this.#starts.size + this.#removals.size + this.#running.size > 0) {
			await Promise.all([
				...this.#starts,
				...this.#removals,
				...[...this.#running].map(({container}) => container.lost),
			]);
			await new Promise(resolve => setImmediate(resolve));
		}
		await source?.close();
		for (const {container} of this.#notRemoved.splice(0)) await container.remove();
	}

	/** Runs one command and removes the container. Gives `gone` when the container ended before the command could begin. */
	async #runIn(warm: Warm, options: CommandOptions, {signal, connect, begin}: CommandSide): Promise<Outcome | 'gone'> {
		const {container, pipes, entrypoint, command} = warm;
		const refill = setTimeout(() => this.#fill(), refillAfter);
		let connected = false;
		try {
			signal.addEventListener('abort', container.kill, {once: true});
			signal.throwIfAborted();
			const runs = await container.release({
				args: options.command === undefined ? command : [...entrypoint, ...options.command],
				env: environmentWords(options.env),
				...(options.cwd === undefined ? {} : {cwd: options.cwd}),
			});
			signal.throwIfAborted();
			if (!runs) return 'gone';
			begin(container.kill);
			connect(pipes);
			connected = true;
			const end = await container.ended();
			return {...end, oomKilled: container.oomKilled(), usage: container.usage()};
		} finally {
			signal.removeEventListener('abort', container.kill);
			clearTimeout(refill);
			this.#running.delete(warm);
			this.#remove(warm, connected);
			setImmediate(() => this.#serve());
		}
	}

	/** Waits for the next free container. */
	async #take(signal: AbortSignal | undefined): Promise<Warm> {
		await this.#source;
		if (this.#over.signal.aborted) throw closed();
		signal?.throwIfAborted();
		const turn = this.#waiting.join(signal);
		this.#serve();
		return turn;
	}

	/** Gives containers to waiting commands, and starts more. */
	#serve(): void {
		const {concurrency} = this.#limits;
		while (this.#running.size < concurrency && this.#warm.length > 0) {
			const next = this.#waiting.next();
			const warm = next === undefined ? undefined : this.#warm.shift();
			if (next === undefined || warm === undefined) break;
			this.#running.add(warm);
			next.give(warm);
		}
		// A start competes with a command that is about to run for the processor, so it waits.
		if (this.#warm.length === 0 || this.#running.size === 0) this.#fill();
	}

	#fill(): void {
		const {size, concurrency, starts} = this.#limits;
		const all = (): number => this.#warm.length + this.#starts.size + this.#running.size + this.#removals.size;
		while (
			!this.#over.signal.aborted &&
			this.#starts.size < starts &&
			this.#warm.length + this.#starts.size < size &&
			all() < size + 2 * concurrency
		) {
			const start = this.#start().finally(() => this.#starts.delete(start));
			this.#starts.add(start);
		}
	}

	async #start(): Promise<void> {
		try {
			const source = await this.#source;
			const warm = await source.start(this.#over.signal);
			if (this.#over.signal.aborted) {
				this.#remove(warm);
				return;
			}
			this.#failures = 0;
			this.#warm.push(warm);
			for (const {give} of this.#looking.all()) give();
			void warm.container.lost.then(() => {
				const at = this.#warm.indexOf(warm);
				if (at === -1) return;
				this.#warm.splice(at, 1);
				this.#remove(warm);
			});
		} catch (error) {
			this.#failures += 1;
			const mayPass = isTsboxError(error) && ['E_STEP_FAILED', 'E_CHECK_FAILED'].includes(error.code);
			if (!mayPass || this.#failures >= mostTries) {
				this.#failures = 0;
				this.#waiting.next()?.refuse(error);
				for (const {refuse} of this.#looking.all()) refuse(error);
			}
			// With no caller to report the failure to, the next command tries again.
			if (this.#waiting.length() + this.#looking.length() === 0) return;
		}
		setImmediate(() => {
			this.#serve();
			this.#fill();
		});
	}

	/** @param connected - whether a reader still holds the output streams; it closes them at their end */
	#remove(warm: Warm, connected = false): void {
		const remove = async (): Promise<void> => {
			// Let the result of the command settle first.
			await new Promise(resolve => setImmediate(resolve));
			// The exit can be noticed before the last output has been read.
			if (connected) warm.pipes.stdin.destroy();
			else warm.pipes.destroy();
			await warm.container.remove();
		};
		const removal = remove()
			.catch(() => void this.#notRemoved.push(warm))
			.finally(() => {
				this.#removals.delete(removal);
				this.#fill();
			});
		this.#removals.add(removal);
	}
}

function closed(): TsboxError {
	return new TsboxError('E_INTERRUPTED', 'the pool is closed');
}
