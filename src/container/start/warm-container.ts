import type {CommandEnd} from '../machine/attachment.ts';
import type {Machine} from '../machine/machine.ts';
import type {PlannedContainer} from '../machine/planned-container.ts';
import {TsboxError} from '../../errors/tsbox-error.ts';
import type {RunningProgram} from '../../host/host.ts';
import {signalProcess} from '../../host/programs/process.ts';
import type {Attachment} from '../../execute/attach.ts';
import type {StartedContainer} from '../../execute/execute-context.ts';
import {memoryCount} from '../../kernel/memory.ts';
import {rollBack} from '../../execute/rollback.ts';
import {killCgroup} from '../../execute/undo.ts';
import {cpuTime} from '../../kernel/usage.ts';
import {releaseName} from '../../state/claim.ts';
import {containerFolder} from '../../state/record.ts';
import type {CgroupKill} from '../../step/verbs/cgroups.ts';
import type {ExecAction} from '../../step/verbs/exec.ts';
import {exitCodeOf} from '../machine/exit-code.ts';
import {claimContainer} from './claim-container.ts';
import {cgroupsOf} from './record-facts.ts';
import {start} from './start.ts';

/** What a container used that has ended; null where the kernel does not tell. */
export interface EndUsage {
	/** Milliseconds of one processor that the command and all that it started took. */
	readonly cpuMs: number | null;
	/** The same of setting the container up, before the command began. */
	readonly setupCpuMs: number | null;
	/** The most memory that it had at once, bytes. */
	readonly peakMemory: number | null;
}

/** The command that a waiting container becomes; the rest is the plan's. */
export interface LastWords {
	readonly args: readonly string[];
	/** `NAME=value`; these win over the plan's. */
	readonly env: readonly string[];
	readonly cwd?: string;
}

/** A container that waits at its gate: all checks are made, no command has run in it. */
export interface WarmContainer {
	readonly name: string;
	/** Settles when it is good for nothing any more, because its process has ended; never rejects. */
	readonly lost: Promise<void>;
	/**
	 * Lets the command through the gate; once only. Settles when the command runs, with false when the container has ended
	 * before it could: somebody killed it.
	 *
	 * @throws TsboxError E_COMMAND_NOT_FOUND, E_COMMAND_NOT_EXECUTABLE, E_STEP_FAILED for a folder that can't be entered.
	 */
	readonly release: (words: LastWords) => Promise<boolean>;
	/**
	 * How the command ended; to be called after `release`. All of its processes are gone by then.
	 *
	 * @throws TsboxError E_STEP_FAILED when nobody can tell, because what waited for it was killed.
	 */
	readonly ended: () => Promise<CommandEnd>;
	/** Ends all its processes at once. */
	readonly kill: () => void;
	/** Whether the kernel killed one of its processes for memory. */
	readonly oomKilled: () => boolean;
	readonly usage: () => EndUsage;
	/** Ends what is there of it, and takes all back. To be called once, in any case. */
	readonly remove: () => Promise<void>;
}

/** The container's own ends of its standard streams. */
export interface OwnEnds {
	readonly ends: {readonly stdin: number; readonly stdout: number; readonly stderr: number};
	/** Closes them in this process: called once the container has them, and when it has not started. */
	readonly closeEnds: () => void;
	/** Starts its first program with them, a status pipe and a gate. */
	readonly launch: (argv: readonly string[], ends: OwnEnds['ends'], kill: CgroupKill) => Promise<RunningProgram>;
	/** `launch` ends the container when this process ends; else its script does. */
	readonly isGuarded: boolean;
}

/** Something that is settled from outside. */
function deferred<T>(): {
	readonly promise: Promise<T>;
	readonly resolve: (value: T) => void;
	readonly reject: (error: unknown) => void;
} {
	let settle: {resolve: (value: T) => void; reject: (error: unknown) => void} | undefined;
	const promise = new Promise<T>((resolve, reject) => (settle = {resolve, reject}));
	// Who awaits it sees the error; that nobody does is no crash.
	promise.catch(() => {});
	return {promise, resolve: value => settle?.resolve(value), reject: error => settle?.reject(error)};
}

function lastOfEach(env: readonly string[]): readonly string[] {
	return [...new Map(env.map(each => [each.slice(0, each.indexOf('=')), each])).values()];
}

/**
 * Starts a container up to its gate and leaves it waiting there. The signal ends the start, and the waiting; a command that
 * runs is ended by `kill`.
 *
 * @throws TsboxError when it did not start; what had been done was rolled back, and the streams are closed.
 */
export async function startWarm(
	machine: Machine,
	planned: PlannedContainer,
	{ends, closeEnds, launch, isGuarded}: OwnEnds,
	signal: AbortSignal,
): Promise<WarmContainer> {
	const {host, dirs, facts} = machine;
	const {plan, service} = planned;
	const {members, kill} = cgroupsOf(plan);
	let program: RunningProgram | undefined;
	const remove = async (): Promise<void> => {
		await rollBack(host, facts, containerFolder(dirs.state, service.name), () => {});
		releaseName(host, dirs.state, service.name);
		for (const pipe of program?.pipes ?? []) pipe?.destroy();
	};
	const words = deferred<ExecAction>();
	const atGate = deferred<ExecAction>();
	const attachment: Attachment = {
		launch: async argv => {
			program = await launch(argv, ends, kill);
			closeEnds();
			void program.ended.then(() => words.reject(gone(service.name)));
			return program;
		},
		onProcess: async () => {},
		connect: () => {},
		finish: async () => {},
		release: () => {},
	};
	let starting: Promise<StartedContainer>;
	let exec: ExecAction;
	try {
		signal.throwIfAborted();
		const claimed = await claimContainer(machine, planned);
		try {
			const giveUp = (): void => words.reject(signal.reason);
			signal.addEventListener('abort', giveUp, {once: true});
			starting = start(machine, claimed, attachment, {
				emit: () => {},
				signal,
				guard: isGuarded ? undefined : {keepsAlive: false},
				atGate: action => {
					atGate.resolve(action);
					return words.promise;
				},
			}).then(started => {
				signal.throwIfAborted();
				return started;
			});
			void starting.catch(() => {}).finally(() => signal.removeEventListener('abort', giveUp));
			exec = await Promise.race([atGate.promise, starting.then(neverStarted)]);
		} catch (error) {
			await remove();
			throw error;
		}
	} finally {
		closeEnds();
	}
	const {ended = Promise.resolve({exitCode: undefined, signal: undefined, startError: undefined})} = program ?? {};
	// Only a pid namespace of its own takes all its processes along with the first.
	const tidy = plan.namespaces.includes('pid') ? (): void => {} : (): void => killCgroup(host, kill);
	let setup: number | null = null;
	return {
		name: service.name,
		lost: ended.then(() => {}),
		release: async ({args, env, cwd = exec.cwd}) => {
			setup = cpuTime(host, members);
			words.resolve({...exec, args, cwd, env: lastOfEach([...exec.env, ...env])});
			try {
				await starting;
				return true;
			} catch (error) {
				const {exitCode} = await ended;
				// The gate's own words, see gateScript.
				if (exitCode === 125 || exitCode === 126 || exitCode === 127) throw error;
				return false;
			}
		},
		ended: async () => {
			const end = await (await starting).ended;
			tidy();
			if (end.startError !== undefined) throw lost(service.name, end.startError);
			return {exitCode: exitCodeOf(end), signal: end.signal ?? null};
		},
		kill: () => {
			killCgroup(host, kill);
			// Without a cgroup there is the first process, with which its namespace ends.
			void starting.then(({process}) => signalProcess(host, process, 'SIGKILL')).catch(() => {});
		},
		oomKilled: () => (memoryCount(host, members)?.oomKills ?? 0) > 0,
		usage: () => {
			const total = cpuTime(host, members);
			const peak = memoryCount(host, members)?.peak;
			return {
				cpuMs: total === null || setup === null ? null : (total - setup) / 1e6,
				setupCpuMs: setup === null ? null : setup / 1e6,
				peakMemory: peak ?? null,
			};
		},
		remove,
	};
}

function neverStarted(): never {
	throw new TypeError('the container went through its gate by itself');
}

function lost(name: string, cause: Error): TsboxError {
	return new TsboxError('E_STEP_FAILED', `how the command of ${name} ended is not known`, {
		cause,
		why: cause.message,
		hint: 'see `dmesg`, and what else on this machine ends processes',
	});
}

function gone(name: string): TsboxError {
	return new TsboxError('E_STEP_FAILED', `${name} has ended while it waited`, {
		why: 'it was killed, by a signal or by the kernel for lack of memory',
		hint: 'try again: each run has a container of its own',
	});
}
