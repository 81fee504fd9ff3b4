import {setTimeout as delay} from 'node:timers/promises';
import {isTsboxError} from '../errors/tsbox-error.ts';
import {
	type DetachedContainer,
	killDetached,
	noteDetached,
	removeDetached,
	settleDetached,
	startDetached,
	stopDetached,
} from '../engine/detached.ts';
import type {Machine} from '../engine/types.ts';
import {isRunning} from '../host/process.ts';
import type {Dependency, Project, Service} from '../spec/project.ts';
import {type ContainerRecord, containerFolder} from '../state/record.ts';
import {askHealth} from './ask-health.ts';
import type {ProjectSink} from './event.ts';
import {exitOf} from './exit-of.ts';
import {watchHealth} from './health.ts';
import type {ProjectRequest} from './project-folder.ts';
import {nextStart, noRestarts} from './restart.ts';
import type {UnitStatus, UnitView} from './unit-state.ts';

/** One service of a detached project: started, watched, started again, ended. */
export interface Unit {
	readonly view: () => UnitView;
	/** Has it run, from now on; does nothing when it does. */
	readonly start: () => void;
	/** Knows from its record how it ended, before anybody asks it to start. */
	readonly remember: (record: ContainerRecord) => void;
	/** Takes over one that runs. */
	readonly adopt: (record: ContainerRecord) => void;
	/** Ends it and has it stay so; settles when it has ended. */
	readonly stop: (timeoutMs?: number) => Promise<void>;
	/** Ends it and removes all it left. */
	readonly remove: (timeoutMs?: number) => Promise<void>;
}

/** What a unit needs of its project. */
export interface UnitSurroundings {
	readonly machine: Machine;
	readonly project: ProjectRequest;
	/** The spec as it was read when the unit was made. */
	readonly spec: Project;
	readonly emit: ProjectSink;
	/** Told after each change of its view. */
	readonly changed: () => void;
	/** Settles when a dependency has come to its condition; throws when it never will, or on abort. */
	readonly until: (service: string, dependency: Dependency, signal: AbortSignal) => Promise<void>;
}

/** What is kept of a container's output where the spec says nothing: 100 MiB of each stream, as docker's `local` driver. */
const defaultLogging = {maxSize: 20 * 1024 * 1024, maxFile: 5} as const;

/** Makes the unit of a service. */
export function unitOf(service: Service, {machine, project, spec, emit, changed, until}: UnitSurroundings): Unit {
	const {host, dirs} = machine;
	const conf = containerFolder(dirs.state, service.name);
	const at = (): number => host.now();
	let status: UnitStatus = 'created';
	let health: UnitView['health'] = 'none';
	let exitCode: number | null = null;
	let restarts = 0;
	let error: unknown;
	let container: DetachedContainer | undefined;
	let wanted = false;
	let begun = false;
	let life: Promise<void> | undefined;
	let calledOff = new AbortController();

	const become = (next: UnitStatus): void => {
		status = next;
		changed();
	};
	const view = (): UnitView => ({
		service,
		status,
		health,
		exitCode,
		restarts,
		error,
		begun,
		pid: container?.record.process?.pid ?? 0,
	});

	async function begin(): Promise<DetachedContainer> {
		for (const dependency of service.dependsOn ?? []) {
			become('waiting');
			await until(service.service, dependency, calledOff.signal);
		}
		become('starting');
		const about = {
			project: project.name,
			service: service.service,
			restarts,
			health: service.healthcheck === undefined ? ('none' as const) : ('starting' as const),
			exit: null,
			made: service,
			logging: service.logging ?? defaultLogging,
		};
		const request = {project: spec, service, bestEffort: project.spec.bestEffort ?? false};
		const step = (event: Parameters<Parameters<typeof startDetached>[3]>[0]): void =>
			emit({type: 'service.step', at: at(), service: service.service, event});
		return startDetached(machine, request, about, step, calledOff.signal);
	}

	/** From its start, or its adoption, to its end; gives how long it ran. */
	async function stay(one: DetachedContainer, fresh: boolean): Promise<number> {
		container = one;
		const since = at();
		exitCode = null;
		health = service.healthcheck === undefined ? 'none' : (one.record.detached?.health ?? 'starting');
		// One that is taken over may have ended while nobody looked; how is still to be read.
		const runs = fresh || (one.record.process !== null && isRunning(host, one.record.process));
		begun ||= runs;
		become(runs ? 'running' : 'stopping');
		if (runs) emit({type: 'service.started', at: since, service: service.service, pid: one.record.process?.pid ?? 0});
		const over = new AbortController();
		const asked =
			service.healthcheck === undefined || !runs
				? undefined
				: watchHealth(
						service.healthcheck,
						signal => askHealth(machine, service, signal),
						(next, {output}) => {
							health = next;
							noteDetached(machine, service.name, {health: next});
							emit({type: 'service.health', at: at(), service: service.service, health: next, output});
							changed();
						},
						over.signal,
					);
		const code = await one.ended;
		over.abort();
		killDetached(machine, one.record);
		await asked;
		container = undefined;
		await settleDetached(machine, service.name, code, () => {});
		exitCode = code;
		emit({type: 'service.exited', at: at(), service: service.service, exitCode: code});
		return at() - since;
	}

	async function live(first: DetachedContainer | undefined): Promise<void> {
		let counted = noRestarts;
		let next = first;
		for (;;) {
			let ranMs: number;
			try {
				ranMs = await stay(next ?? (await begin()), next === undefined);
			} catch (failure) {
				if (!wanted) return become('exited');
				error = failure;
				become('failed');
				emit({
					type: 'service.failed',
					at: at(),
					service: service.service,
					message: failure instanceof Error ? failure.message : String(failure),
					...(isTsboxError(failure) && failure.hint !== undefined ? {hint: failure.hint} : {}),
				});
				return;
			}
			next = undefined;
			const again = wanted ? nextStart(service.restart, exitCode ?? 0, ranMs, counted) : undefined;
			if (again === undefined) return become('exited');
			counted = again.counted;
			restarts += 1;
			become('restarting');
			emit({type: 'service.restarting', at: at(), service: service.service, ms: again.pause, count: restarts});
			await delay(again.pause, undefined, {signal: calledOff.signal}).catch(() => {});
			if (!wanted) return become('exited');
		}
	}

	const run = (first?: DetachedContainer): void => {
		wanted = true;
		begun = false;
		error = undefined;
		if (life !== undefined) return;
		calledOff = new AbortController();
		life = live(first).finally(() => {
			life = undefined;
			changed();
		});
	};

	const stop = async (timeoutMs = service.stopGraceMs): Promise<void> => {
		wanted = false;
		calledOff.abort('SIGTERM');
		const running = container;
		if (running?.record.process != null) {
			become('stopping');
			emit({type: 'service.stopping', at: at(), service: service.service, signal: service.stopSignal});
			stopDetached(machine, running.record);
			const kill = setTimeout(() => killDetached(machine, running.record), timeoutMs);
			await running.ended;
			clearTimeout(kill);
		}
		await life;
	};

	return {
		view,
		start: () => run(),
		remember: ({detached}) => {
			if (detached?.exit == null) return;
			status = 'exited';
			exitCode = detached.exit.code;
			restarts = detached.restarts;
		},
		adopt: record => {
			restarts = record.detached?.restarts ?? 0;
			run({record, ended: exitOf(host, record, conf)});
		},
		stop,
		remove: async timeoutMs => {
			await stop(timeoutMs);
			if (host.lstat(conf) !== undefined) await removeDetached(machine, service.name, () => {});
			emit({type: 'service.removed', at: at(), service: service.service});
		},
	};
}
