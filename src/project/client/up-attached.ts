import type {Machine} from '../../container/machine/machine.ts';
import {notStarted} from '../../container/machine/no-service.ts';
import {signalOf} from '../../errors/interruption.ts';
import {labelOf} from '../../spec/keys/replicas.ts';
import type {ProjectEvent} from '../state/event.ts';
import {followLines, type LineTaker} from '../logs/follow-output.ts';
import {leaveByKeys} from './leave-by-keys.ts';
import {recordsOf, stayWith, stopThose, takeAway} from './stay-with.ts';
import {announceUp, type DetachedUp, planUp} from './up-detached.ts';

/** How a project is started in the foreground. */
export interface AttachedUp extends Omit<DetachedUp, 'wait' | 'timeoutMs'> {
	/** The first container that ends, and is not started again, has all stopped. */
	readonly abortOnExit: boolean;
	/** The service whose exit status is wanted. */
	readonly exitCodeFrom?: string;
	/** Whether the output of a service is to be handed on. */
	readonly isShown: (service: string) => boolean;
	readonly output: LineTaker;
	/** Told before all are stopped, for a signal or for the first that ended. */
	readonly stopping: (why: {readonly signal: string} | {readonly ended: string}) => void;
	/** Told that the detach keys were typed: they go on in the background. Without it no keys are read. */
	readonly leaving?: (project: string) => void;
	/** Aborted by a signal that came after the first: end them at once. */
	readonly force: AbortSignal;
}

/** How it ended. */
export interface AttachedUpEnd {
	/** The signal that had all stopped. */
	readonly signal?: string;
	/** That of `exitCodeFrom`, of the first that ended for `abortOnExit`, else of the first that failed; 0 where none did. */
	readonly exitCode: number;
}

/**
 * Has the services of a spec run, looked after by a supervisor as in the background, and stays with them: hands on what
 * they print and what happens, until all have ended or the detach keys leave them. The signal has them stopped, dependents first. Then the containers
 * that were made here are removed; those that were there before stay as `stop` leaves them.
 *
 * @throws TsboxError for a spec that can't be, before anything is touched; or for a supervisor that can't be started.
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

	const shown = containers.filter(({service}) => request.isShown(service.service));
	const lines = followLines(machine, shown, request.output);
	/** How each ended, in this order. */
	const ends = new Map<string, number>();
	let stopped: {readonly timeoutMs?: number} | undefined;
	let told = Promise.resolve();
	const stop = (how: {readonly timeoutMs?: number}, those = names): void => {
		stopped = how;
		// What goes wrong there is told by the request that stays.
		void stopThose(project, those, how).catch(() => {});
	};
	const onEvent = (event: ProjectEvent): void => {
		const meant = containers.find(({label}) => label === event.service);
		// The project may have others, in the background.
		if (meant === undefined) return;
		lines.look(event.service);
		if (event.type === 'service.ended' || event.type === 'service.failed')
			ends.set(event.service, event.type === 'service.ended' ? event.exitCode : 1);
		// It was about to be started when all were stopped.
		if (stopped !== undefined && isBeginning(event)) stop(stopped, [meant.name]);
		told = told.then(async () => {
			if (event.type === 'service.exited') await lines.ended(event.service);
			emit(event);
		});
		if (ends.size === 0 || !request.abortOnExit || stopped !== undefined) return;
		told = told.then(() => request.stopping({ended: event.service}));
		stop({});
	};
	const onStop = (): void => {
		request.stopping({signal: signalOf(signal)});
		stop({});
	};
	const onForce = (): void => stop({timeoutMs: 0});
	const left = new AbortController();
	const onKeys = (): void => {
		// What is being stopped is not left.
		if (stopped !== undefined || left.signal.aborted) return;
		request.leaving?.(name);
		left.abort();
	};
	const giveBack = request.leaving === undefined ? undefined : await leaveByKeys(machine, onKeys);
	signal.addEventListener('abort', onStop);
	force.addEventListener('abort', onForce);
	try {
		if (signal.aborted) onStop();
		const ask = {verb: 'up' as const, project: planned.request, wait: false, stay: true};
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
		if (!left.signal.aborted) await takeAway(project, made, emit);
	}
	if (left.signal.aborted) return {exitCode: 0};
	const labels = containers.flatMap(each => (each.service.service === exitCodeFrom ? [each.label] : []));
	const exitCode = exitCodeOf([...ends], request, labels);
	return {exitCode, ...(signal.aborted ? {signal: signalOf(signal)} : {})};
}

/** The exit status of all, by compose's rules, but that one that failed counts where compose has 0. */
function exitCodeOf(
	ends: readonly (readonly [label: string, exitCode: number])[],
	{abortOnExit, exitCodeFrom}: Pick<AttachedUp, 'abortOnExit' | 'exitCodeFrom'>,
	asked: readonly string[],
): number {
	const failure = ends.find(([, code]) => code !== 0)?.[1];
	// Where it was stopped before it had begun, nobody knows that it is well.
	if (exitCodeFrom !== undefined) return ends.find(([label]) => asked.includes(label))?.[1] ?? failure ?? 1;
	return (abortOnExit ? ends[0]?.[1] : failure) ?? 0;
}

/** Whether a container is about to be started. */
function isBeginning(event: ProjectEvent): boolean {
	return event.type === 'service.waiting' || (event.type === 'service.step' && event.event.type === 'plan.started');
}
