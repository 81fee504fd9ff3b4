import {present} from '../../spec/syntax/pick.ts';
import type {Machine} from '../../container/machine/machine.ts';
import {notStarted} from '../../container/machine/no-service.ts';
import {signalOf} from '../../errors/interruption.ts';
import {labelOf} from '../../spec/keys/replicas.ts';
import type {ProjectEvent} from '../state/event.ts';
import {followLines, type LineTaker} from '../logs/follow-output.ts';
import {leaveByKeys} from './leave-by-keys.ts';
import {recordsOf, stayWith, stopThose, takeAway} from './stay-with.ts';
import {announceUp, type DetachedUp, planUp} from './up-detached.ts';

/** Options of {@link upAttached}. */
export interface AttachedUp extends Omit<DetachedUp, 'wait' | 'timeoutMs'> {
	/** Stop all when the first container ends and is not restarted; `failure`: only one that has failed. */
	readonly abortOnExit: boolean | 'failure';
	/** Leave the stopped containers there, as Compose does. */
	readonly keep?: boolean;
	/** Return the exit status of this service. */
	readonly exitCodeFrom?: string;
	/** Whether to show the output of a service; undefined where nobody said so, and the spec decides by `attach`. */
	readonly isShown: (service: string) => boolean | undefined;
	readonly output: LineTaker;
	/** Called before all are stopped, with the signal or the first container that ended. */
	readonly stopping: (why: {readonly signal: string} | {readonly ended: string}) => void;
	/** Called when the detach keys were typed and the project keeps running in the background. Without it no keys are read. */
	readonly leaving?: (project: string) => void;
	/** Aborted by a second signal: kill all at once. */
	readonly force: AbortSignal;
}

/** The result of {@link upAttached}. */
export interface AttachedUpEnd {
	/** The signal that stopped all. */
	readonly signal?: string;
	/** The status of `exitCodeFrom`; with `abortOnExit`, of the first to end; else of the first to fail, or 0. */
	readonly exitCode: number;
}

/**
 * Runs the services of a spec under a supervisor, as `up -d` does, and forwards their output and events until all have ended
 * or the detach keys are typed. The signal stops them, dependents first. Then removes the containers that this call created;
 * those that existed before are only stopped.
 *
 * @throws TsboxError for an invalid spec, before anything is changed; or for a supervisor that cannot be started.
 */
export async function upAttached(machine: Machine, request: AttachedUp): Promise<AttachedUpEnd> {
	const {exitCodeFrom, signal, force, program, emit} = request;
	const planned = await planUp(machine, request, signal);
	if (exitCodeFrom !== undefined && !planned.request.services.includes(exitCodeFrom))
		throw notStarted(planned.project, exitCodeFrom);
	const {name} = planned.request;
	const containers = planned.containers.map(service => ({name: service.name, label: labelOf(service), service}));
	const names = containers.map(each => each.name);
	const project = {machine, name, program};
	const before = recordsOf(project);
	await announceUp(machine, planned, signal);

	const shown = containers.filter(({service}) => request.isShown(service.service) ?? service.attach !== false);
	const lines = followLines(machine, shown, request.output);
	/** The exit status of each container, in the order in which they ended. */
	const ends = new Map<string, number>();
	let stopped: {readonly timeoutMs?: number} | undefined;
	let told = Promise.resolve();
	const stopHow = present({timeoutMs: request.manner?.stopMs});
	const stop = (how: {readonly timeoutMs?: number}, those = names): void => {
		stopped = how;
		// The pending `up` or `stay` request reports failures.
		void stopThose(project, those, how).catch(() => {});
	};
	const onEvent = (event: ProjectEvent): void => {
		const meant = containers.find(({label}) => label === event.service);
		// The project may have other containers that run in the background.
		if (meant === undefined) return;
		lines.look(event.service);
		if (event.type === 'service.ended' || event.type === 'service.failed')
			ends.set(event.service, event.type === 'service.ended' ? event.exitCode : 1);
		// This container was about to start when all were stopped.
		if (stopped !== undefined && isBeginning(event)) stop(stopped, [meant.name]);
		told = told.then(async () => {
			if (event.type === 'service.exited') await lines.ended(event.service);
			emit(event);
		});
		if (ends.size === 0 || request.abortOnExit === false || stopped !== undefined) return;
		if (request.abortOnExit === 'failure' && (ends.get(event.service) ?? 0) === 0) return;
		told = told.then(() => request.stopping({ended: event.service}));
		stop(stopHow);
	};
	const onStop = (): void => {
		request.stopping({signal: signalOf(signal)});
		stop(stopHow);
	};
	const onForce = (): void => stop({timeoutMs: 0});
	const left = new AbortController();
	const onKeys = (): void => {
		// Ignore the detach keys during a stop.
		if (stopped !== undefined || left.signal.aborted) return;
		request.leaving?.(name);
		left.abort();
	};
	const giveBack = request.leaving === undefined ? undefined : await leaveByKeys(machine, onKeys);
	signal.addEventListener('abort', onStop);
	force.addEventListener('abort', onForce);
	try {
		if (signal.aborted) onStop();
		const ask = {
			verb: 'up' as const,
			project: planned.request,
			wait: false,
			stay: true,
			...present({manner: request.manner}),
		};
		const states = await stayWith(
			project,
			ask,
			names,
			onEvent,
			() => {
				if (stopped !== undefined) stop(stopped);
			},
			left.signal,
		);
		for (const {label, name: id} of containers) {
			const exitCode = states.find(state => state.name === id)?.exitCode;
			if (!ends.has(label) && exitCode != null) ends.set(label, exitCode);
		}
		await told;
	} finally {
		signal.removeEventListener('abort', onStop);
		force.removeEventListener('abort', onForce);
		await giveBack?.();
		await lines.finish();
		const made = names.filter(each => !before.includes(each));
		if (!left.signal.aborted && request.keep !== true) await takeAway(project, made, emit);
	}
	if (left.signal.aborted) return {exitCode: 0};
	const labels = containers.flatMap(each => (each.service.service === exitCodeFrom ? [each.label] : []));
	const exitCode = exitCodeOf([...ends], request, labels);
	return {exitCode, ...(signal.aborted ? {signal: signalOf(signal)} : {})};
}

/** The exit status of the project by Compose's rules, except that a failure counts where Compose returns 0. */
function exitCodeOf(
	ends: readonly (readonly [label: string, exitCode: number])[],
	{abortOnExit, exitCodeFrom}: Pick<AttachedUp, 'abortOnExit' | 'exitCodeFrom'>,
	asked: readonly string[],
): number {
	const failure = ends.find(([, code]) => code !== 0)?.[1];
	// A service that was stopped before it started has no status: do not report success.
	if (exitCodeFrom !== undefined) return ends.find(([label]) => asked.includes(label))?.[1] ?? failure ?? 1;
	return (abortOnExit === true ? ends[0]?.[1] : failure) ?? 0;
}

/** Whether a container is about to be started. */
function isBeginning(event: ProjectEvent): boolean {
	return event.type === 'service.waiting' || (event.type === 'service.step' && event.event.type === 'plan.started');
}
