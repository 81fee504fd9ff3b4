import {isTsboxError, TsboxError} from '../errors/tsbox-error.ts';
import {checkOptions} from './check-options.ts';
import type {SpecSource} from './load.ts';
import {checkSource, closeTable, commandTable, poolTable} from './option-tables.ts';
import {type CommandOptions, environmentWords} from './options.ts';
import {poolLimits, type PoolOptions, type PoolState} from './pool-options.ts';
import {type CommandSide, type Outcome, runCommand, type RunningCommand} from './run-command.ts';
import {waitingLine} from './waiting-line.ts';
import {openSource, type Source, type Warm} from './warm-source.ts';

/** How many containers are tried for a command that has not begun, and how many starts in a row may fail. */
const mostTries = 3;

/** A container that takes the place of one in use is begun when that has ended, or after so long, ms. */
const refillAfter = 100;

/**
 * Containers that wait at their gates, set up and checked, for a command each: to run one costs a write and an exec. Each is
 * used once and never again; another is started in its place meanwhile. It keeps this process alive until it is closed.
 */
export class Pool implements AsyncDisposable {
	readonly #limits: ReturnType<typeof poolLimits>;
	readonly #source: Promise<Source>;
	readonly #over = new AbortController();
	readonly #warm: Warm[] = [];
	readonly #waiting = waitingLine<Warm>();
	/** Who wants to know that one waits, and takes none. */
	readonly #looking = waitingLine<void>();
	readonly #running = new Set<Warm>();
	readonly #removals = new Set<Promise<void>>();
	readonly #starts = new Set<Promise<void>>();
	readonly #notRemoved: Warm[] = [];
	#failures = 0;
	#closing: Promise<void> | undefined;

	/**
	 * Begins to start containers. What is wrong with the spec or the machine is told by `ready` and by each `run`.
	 *
	 * @throws TsboxError E_USAGE for options that there are not, or that can't be.
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

	/** What is there now. */
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
	 * Settles when a container waits.
	 *
	 * @throws TsboxError why none can be started.
	 */
	async ready(): Promise<void> {
		await this.#source;
		if (this.#over.signal.aborted) throw closed();
		if (this.#warm.length > 0) return;
		setImmediate(() => this.#fill());
		return this.#looking.join();
	}

	/**
	 * Runs a command in a container that nothing has run in and nothing will again. Resolves whatever the command does, as
	 * the function `run` does. Only the command, its variables, its working directory and its input differ from run to run;
	 * all else is the spec's.
	 *
	 * @throws TsboxError (rejects) when it could not be run: why no container starts, E_COMMAND_NOT_FOUND, E_INTERRUPTED for
	 * an abort before it began or a pool that is closed.
	 */
	run(options: CommandOptions = {}): RunningCommand {
		const check = (): void => checkOptions('pool.run', commandTable, options);
		return runCommand(options, check, async side => {
			for (let tries = mostTries; tries > 0; tries -= 1) {
				const outcome = await this.#runIn(await this.#take(side.signal), options, side);
				if (outcome !== 'gone') return outcome;
			}
			throw new TsboxError('E_STEP_FAILED', `${mostTries} containers have ended while they waited`, {
				why: 'something kills them: a signal, or the kernel for lack of memory',
				hint: 'see `dmesg`, and what else on this machine ends processes',
			});
		});
	}

	/**
	 * Takes no more commands, ends the waiting containers, and settles when nothing is left. Commands that run go on to
	 * their end, unless `kill` says otherwise.
	 *
	 * @throws the system's error, or TsboxError, where something could not be taken back.
	 */
	async close(options: {readonly kill?: boolean} = {}): Promise<void> {
		checkOptions('pool.close', closeTable, options);
		this.#closing ??= this.#close();
		if (options.kill === true) for (const {container} of this.#running) container.kill();
		return this.#closing;
	}

	/** Closes it; commands that run are killed. */
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

	/** One command in one container, which is used up by that; `gone` when it ended before the command could begin. */
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

	/** The next container; waits for its turn. */
	async #take(signal: AbortSignal | undefined): Promise<Warm> {
		await this.#source;
		if (this.#over.signal.aborted) throw closed();
		signal?.throwIfAborted();
		const turn = this.#waiting.join(signal);
		this.#serve();
		return turn;
	}

	/** Gives containers to those who wait, and has more started. */
	#serve(): void {
		const {concurrency} = this.#limits;
		while (this.#running.size < concurrency && this.#warm.length > 0) {
			const next = this.#waiting.next();
			const warm = next === undefined ? undefined : this.#warm.shift();
			if (next === undefined || warm === undefined) break;
			this.#running.add(warm);
			next.give(warm);
		}
		// While a command is about to run, nothing else takes the processor from it.
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
			// Without anybody who waits the next command tries again, and hears of it.
			if (this.#waiting.length() + this.#looking.length() === 0) return;
		}
		setImmediate(() => {
			this.#serve();
			this.#fill();
		});
	}

	/** @param connected - whether somebody reads its output, who lets go of that at its end */
	#remove(warm: Warm, connected = false): void {
		const remove = async (): Promise<void> => {
			// The result of its command comes first.
			await new Promise(resolve => setImmediate(resolve));
			// That a command has ended can be heard before its last words.
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
