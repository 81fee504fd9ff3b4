import {present} from '../../spec/syntax/pick.ts';
import type {Machine} from '../../container/machine/machine.ts';
import {setTimeout as delay} from 'node:timers/promises';
import {
	type DetachedContainer,
	type FailedDetached,
	killDetached,
	removeDetached,
	startDetached,
	stopDetached,
	wakeDetached,
} from '../../container/start/detached.ts';
import type {InstanceRecorder} from '../../container/start/run-instance.ts';
import {after} from '../../host/timer.ts';
import {interruption} from '../../errors/interruption.ts';
import type {Dependency, Project, Service} from '../../spec/model/project.ts';
import {labelOf} from '../../spec/keys/replicas.ts';
import {type ContainerRecord, containerFolder} from '../../state/record.ts';
import type {ProjectSink} from '../state/event.ts';
import {endOfOwn, exitOf} from '../state/exit-of.ts';
import {failedEvent} from './failed-event.ts';
import {forgetFailedReport, keepFailedReport} from '../state/failed-report.ts';
import {runPreStopHooks} from '../../container/enter/hooks.ts';
import {withConfigOf} from '../../container/machine/tool-config.ts';
import {printedSoFar} from '../logs/log-store.ts';
import {lookAfter} from './look-after.ts';
import type {ProjectRequest} from '../state/project-folder.ts';
import {recordEnd} from './record-end.ts';
import {nextStart, noRestarts} from './restart.ts';
import {aboutDetached, type UnitStatus, type UnitView} from '../state/unit-state.ts';

/** One supervised container of a detached project. */
export interface Unit {
	readonly view: () => UnitView;
	/** Starts the container and applies its restart policy; does nothing if it runs. */
	readonly start: () => void;
	/** Takes the exit status from the record of a container that has ended. */
	readonly remember: (record: ContainerRecord) => void;
	/** Takes over a container that another supervisor started. */
	readonly adopt: (record: ContainerRecord) => void;
	/** Stops the container without a restart; settles when it has ended. */
	readonly stop: (timeoutMs?: number) => Promise<void>;
	/** Stops and removes the container. */
	readonly remove: (timeoutMs?: number) => Promise<void>;
	/** Settles when no stop or removal is in progress. */
	readonly atRest: () => Promise<void>;
}

/** What a unit needs from its project. */
export interface UnitSurroundings {
	readonly machine: Machine;
	readonly project: ProjectRequest;
	/** The spec as it was read last: others that the service names may be other containers since. */
	readonly spec: () => Project;
	readonly emit: ProjectSink;
	/** Called after each change of the view. */
	readonly changed: () => void;
	/** Settles when a dependency meets its condition; throws when it never can, or on abort. */
	readonly until: (waiter: string, dependency: Dependency, signal: AbortSignal) => Promise<void>;
	readonly recordInstance: InstanceRecorder;
}

/** Makes the unit of a container. */
export function unitOf(service: Service, surroundings: UnitSurroundings): Unit {
	const {machine, project, spec, emit, changed, until, recordInstance} = surroundings;
	const {host, dirs} = machine;
	const recording = {machine, service, request: project, project: spec(), recordInstance, emit};
	const conf = containerFolder(dirs.state, service.name);
	const label = labelOf(service);
	const at = (): number => host.now();
	let status: UnitStatus = 'created';
	let health: UnitView['health'] = 'none';
	let exitCode: number | null = null;
	let restarts = 0;
	let error: unknown;
	let unstarted: FailedDetached | undefined;
	let container: DetachedContainer | undefined;
	let wanted = false;
	let removed = false;
	let begun = false;
	let life: Promise<void> | undefined;
	let farewell: Promise<void> | undefined;
	let removal: Promise<void> | undefined;
	const endings = new Set<Promise<void>>();
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
		unstarted = undefined;
		for (const dependency of service.dependsOn ?? []) {
			become('waiting');
			await until(label, dependency, calledOff.signal);
		}
		become('starting');
		const onFailed = (failed: FailedDetached): void => void (unstarted = failed);
		const {bestEffort = false, executor} = project.spec;
		const request = {project: spec(), service, bestEffort, ...present({executor}), onFailed};
		const printed = service.record === true ? printedSoFar(machine, service.name) : undefined;
		const about = aboutDetached(project.name, service, restarts, printed);
		const step = (event: Parameters<Parameters<typeof startDetached>[3]>[0]): void =>
			emit({type: 'service.step', at: at(), service: label, event});
		const ruled = await withConfigOf(machine, project.spec);
		const one = await startDetached(ruled, request, about, step, calledOff.signal);
		forgetFailedReport(machine, project.name, label);
		// The shell ends only after all output is written. Processes that the container left behind can delay that.
		return {...one, ended: endOfOwn(one.ended, exitOf(host, one.record, conf, true))};
	}

	/** Watches a started or adopted container until it ends. Returns how long it ran, ms. */
	async function stay(one: DetachedContainer, fresh: boolean): Promise<number> {
		container = one;
		farewell = undefined;
		// A monotonic clock: the wall clock may be set.
		const since = performance.now();
		exitCode = null;
		// With what its image says.
		const made = one.record.detached?.made ?? service;
		health = made.healthcheck === undefined ? 'none' : (one.record.detached?.health ?? 'starting');
		changed();
		try {
			exitCode = await lookAfter(
				{
					machine,
					service: made,
					emit,
					ready: () => {
						begun = true;
						become('running');
						emit({type: 'service.started', at: at(), service: label, pid: one.record.process?.pid ?? 0});
					},
					health: next => {
						health = next;
						changed();
					},
					recorded: how => recordEnd(recording, one, how),
				},
				one,
				fresh,
			);
		} finally {
			container = undefined;
		}
		return performance.now() - since;
	}

	const fail = (failure: unknown): void => {
		error = failure;
		if (unstarted === undefined) forgetFailedReport(machine, project.name, label);
		else keepFailedReport(machine, project.name, label, unstarted.report);
		become('failed');
		emit(failedEvent(at(), label, failure));
	};

	const end = (): void => {
		become('exited');
		emit({type: 'service.ended', at: at(), service: label, exitCode: exitCode ?? 0});
	};

	async function live(first: DetachedContainer | undefined): Promise<void> {
		let counted = noRestarts;
		let next = first;
		for (;;) {
			let ranMs: number;
			const interrupted = next?.record.process === null;
			try {
				ranMs = await stay(next ?? (await begin()), next === undefined);
			} catch (failure) {
				const over = {exitCode: null, endedAt: null, failure: {error: failure}};
				const tell = unstarted && (await recordEnd(recording, unstarted, over));
				if (wanted) fail(failure);
				else become('exited');
				return tell?.();
			}
			next = undefined;
			// The supervisor that started it was killed before the command ran: this does not count as a restart.
			if (interrupted && wanted) continue;
			const again = wanted ? nextStart(service.restart, exitCode ?? 0, ranMs, counted) : undefined;
			if (again === undefined) return end();
			counted = again.counted;
			restarts += 1;
			become('restarting');
			emit({type: 'service.restarting', at: at(), service: label, ms: again.pause, count: restarts});
			await delay(again.pause, undefined, {signal: calledOff.signal}).catch(() => {});
			if (!wanted) return end();
		}
	}

	const run = (first?: DetachedContainer): void => {
		wanted = true;
		removed = false;
		begun = false;
		error = undefined;
		if (life !== undefined) return;
		calledOff = new AbortController();
		life = live(first).finally(() => {
			life = undefined;
			changed();
		});
	};

	/** Thaws a paused container, then runs its `pre_stop` hooks. */
	const leave = async ({record}: DetachedContainer, signal: AbortSignal): Promise<void> => {
		wakeDetached(machine, record);
		await runPreStopHooks(machine, service, signal, message =>
			emit({type: 'service.hook', at: at(), service: label, hook: 'pre_stop', message}),
		);
	};

	const stopNow = async (timeoutMs = service.stopGraceMs): Promise<void> => {
		wanted = false;
		calledOff.abort(interruption('the start', 'SIGTERM'));
		const running = container;
		if (running?.record.process != null) {
			become('stopping');
			const late = new AbortController();
			const callOff = after(timeoutMs, () => {
				late.abort();
				killDetached(machine, running.record);
			});
			if (timeoutMs > 0) await (farewell ??= leave(running, late.signal));
			const signal = timeoutMs > 0 ? running.record.stopSignal : 'SIGKILL';
			emit({type: 'service.stopping', at: at(), service: label, signal, graceMs: timeoutMs});
			if (timeoutMs > 0) stopDetached(machine, running.record);
			await running.ended;
			callOff();
		}
		await life;
	};

	/** Concurrent requests share one removal. */
	const removeOnce = (): Promise<void> =>
		(removal ??= removeDetached(machine, service.name, () => {}).finally(() => (removal = undefined)));

	const removeNow = async (timeoutMs?: number): Promise<void> => {
		await stopNow(timeoutMs);
		if (host.lstat(conf) !== undefined) await removeOnce();
		forgetFailedReport(machine, project.name, label);
		if (!removed) emit({type: 'service.removed', at: at(), service: label});
		removed = true;
	};

	/** Registers a stop or removal, so that `atRest` waits for it. */
	const ending = async (work: Promise<void>): Promise<void> => {
		endings.add(work);
		await work.finally(() => endings.delete(work));
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
			status = 'starting';
			run({record, ended: exitOf(host, record, conf, false)});
		},
		stop: timeoutMs => ending(stopNow(timeoutMs)),
		remove: timeoutMs => ending(removeNow(timeoutMs)),
		atRest: async () => {
			while (endings.size > 0) await Promise.allSettled(endings);
		},
	};
}
