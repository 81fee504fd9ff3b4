import type {CommandEnd} from '../machine/attachment.ts';
import type {Machine} from '../machine/machine.ts';
import type {PlannedContainer} from '../machine/planned-container.ts';
import {TsboxError} from '../../errors/tsbox-error.ts';
import type {RunningProgram} from '../../host/host.ts';
import {signalProcess} from '../../host/programs/process.ts';
import type {StartedContainer} from '../../execute/execute-context.ts';
import {memoryCount} from '../../kernel/memory.ts';
import {rollBack} from '../../execute/rollback.ts';
import {killCgroup} from '../../execute/undo.ts';
import {cpuTime} from '../../kernel/usage.ts';
import {releaseName} from '../../state/claim.ts';
import {containerFolder} from '../../state/record.ts';
import type {ExecAction} from '../../step/verbs/exec.ts';
import {exitCodeOf} from '../machine/exit-code.ts';
import {hasOwnVolumes} from '../../plan/volumes/plan-volumes.ts';
import {removeOwnVolumes} from '../recover/volumes.ts';
import {claimContainer} from './claim-container.ts';
import {attachOwn, type OwnLaunch, statusLost} from './own-launch.ts';
import {cgroupsOf} from './record-facts.ts';
import {start} from './start.ts';

/** Resource usage of an ended container; null for a value that the kernel does not report. */
export interface EndUsage {
	/** CPU time of the command and its children, in ms. */
	readonly cpuMs: number | null;
	/** CPU time of the container's setup, in ms. */
	readonly setupCpuMs: number | null;
	/** Peak memory in bytes. */
	readonly peakMemory: number | null;
}

/** The command for a waiting container. Everything else comes from the plan. */
export interface LastWords {
	readonly args: readonly string[];
	/** Variables as `NAME=value`; they override those of the plan. */
	readonly env: readonly string[];
	readonly cwd?: string;
}

/** A container that waits at its gate: all checks have passed, and no command has run in it. */
export interface WarmContainer {
	readonly name: string;
	/** Resolves when the first process has ended, so the container is useless; never rejects. */
	readonly lost: Promise<void>;
	/**
	 * Runs the command; call it once. Resolves with true when the command runs, or with false when the container was killed before
	 * that.
	 *
	 * @throws TsboxError E_COMMAND_NOT_FOUND, E_COMMAND_NOT_EXECUTABLE, E_STEP_FAILED for a working directory that cannot be entered.
	 */
	readonly release: (words: LastWords) => Promise<boolean>;
	/**
	 * Waits for the end of the command; call it after `release`. All its processes are gone then.
	 *
	 * @throws TsboxError E_STEP_FAILED when the process that waited for the command was killed, so its status is lost.
	 */
	readonly ended: () => Promise<CommandEnd>;
	/** Kills all processes of the container. */
	readonly kill: () => void;
	/** Whether the kernel killed one of its processes at the memory limit. */
	readonly oomKilled: () => boolean;
	readonly usage: () => EndUsage;
	/** Kills what still runs and rolls everything back. Call it once, in every case. */
	readonly remove: () => Promise<void>;
}

/** A promise that is settled from outside. */
function deferred<T>(): {
	readonly promise: Promise<T>;
	readonly resolve: (value: T) => void;
	readonly reject: (error: unknown) => void;
} {
	let settle: {resolve: (value: T) => void; reject: (error: unknown) => void} | undefined;
	const promise = new Promise<T>((resolve, reject) => (settle = {resolve, reject}));
	// Prevents an unhandled rejection when no caller awaits the promise.
	promise.catch(() => {});
	return {promise, resolve: value => settle?.resolve(value), reject: error => settle?.reject(error)};
}

function lastOfEach(env: readonly string[]): readonly string[] {
	return [...new Map(env.map(each => [each.slice(0, each.indexOf('=')), each])).values()];
}

/**
 * Starts a container up to its gate and leaves it waiting. The signal cancels the start and the waiting; a running command is
 * stopped with `kill`.
 *
 * @throws TsboxError when the start failed. All steps have been rolled back, and the streams are closed.
 */
export async function startWarm(
	machine: Machine,
	planned: PlannedContainer,
	launch: OwnLaunch,
	signal: AbortSignal,
): Promise<WarmContainer> {
	const {host, dirs, facts} = machine;
	const {plan, service} = planned;
	const {members, kill} = cgroupsOf(plan);
	let program: RunningProgram | undefined;
	const remove = async (): Promise<void> => {
		await rollBack(host, facts, containerFolder(dirs.state, service.name), () => {});
		if (hasOwnVolumes(planned.plan)) await removeOwnVolumes(machine, [service.name]);
		releaseName(host, dirs.state, service.name);
		for (const pipe of program?.pipes ?? []) pipe?.destroy();
	};
	const words = deferred<ExecAction>();
	const atGate = deferred<ExecAction>();
	const attachment = attachOwn(launch, kill, started => {
		program = started;
		void program.ended.then(() => words.reject(gone(service.name)));
	});
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
				quiet: true,
				signal,
				guard: launch.isLauncher ? undefined : {keepsAlive: false},
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
		launch.letGo();
	}
	const {ended = Promise.resolve({exitCode: undefined, signal: undefined, startError: undefined})} = program ?? {};
	// Without a pid namespace, other processes of the container may outlive the first one.
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
				// Only the gate's script exits with these: see gateScript.
				if (exitCode === 125 || exitCode === 126 || exitCode === 127) throw error;
				return false;
			}
		},
		ended: async () => {
			const end = await (await starting).ended;
			tidy();
			if (end.startError !== undefined) throw statusLost(service.name, end.startError);
			return {exitCode: exitCodeOf(end), signal: end.signal ?? null};
		},
		kill: () => {
			killCgroup(host, kill);
			// Without a cgroup, killing the first process ends its pid namespace.
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
	throw new TypeError('the container passed its gate without a command');
}

function gone(name: string): TsboxError {
	return new TsboxError('E_STEP_FAILED', `${name} ended before its command began`, {
		why: 'a signal or the out-of-memory killer ended it',
		hint: 'try again: each run uses a new container',
	});
}
