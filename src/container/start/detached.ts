import type {Machine} from '../machine/machine.ts';
import {logFolder} from '../machine/log-folder.ts';
import {isTsboxError} from '../../errors/tsbox-error.ts';
import {errnoOf} from '../../host/errno.ts';
import {signalProcess} from '../../host/programs/process.ts';
import {attachDetached} from '../../execute/attach-detached.ts';
import type {EventSink} from '../../execute/event.ts';
import {freezersOf} from '../../state/freezer.ts';
import {thaw} from '../../kernel/freeze.ts';
import {killOf} from '../../kernel/kill-of.ts';
import {rollBack, rollBackFailed} from '../../execute/rollback.ts';
import {keepEvents, startReportOf} from '../../execute/start-report-of.ts';
import {killCgroup} from '../../execute/undo.ts';
import {releaseName} from '../../state/claim.ts';
import type {ExecutorChoice} from '../../spec/config/executors.ts';
import {present} from '../../spec/syntax/pick.ts';
import type {Project, Service} from '../../spec/model/project.ts';
import {noteExit as rememberExit} from '../../state/exited.ts';
import {addNotes} from '../../state/notes.ts';
import {type ContainerRecord, containerFolder, type Detached, readRecord, writeRecord} from '../../state/record.ts';
import type {StartReport} from '../../state/start-report.ts';
import type {DetachedStart} from './run-instance.ts';
import {exitCodeOf} from '../machine/exit-code.ts';
import {keptSteps} from '../machine/kept-steps.ts';
import {planService} from '../plan/plan-container.ts';
import {claimContainer} from './claim-container.ts';
import {start} from './start.ts';
import {stepSnapshots} from './step-snapshots.ts';

/** A detached start: the service as it was read when it was last brought up. */
export interface DetachedRequest {
	readonly project: Project;
	readonly service: Service;
	readonly bestEffort: boolean;
	readonly executor?: ExecutorChoice;
	/** Called after a failed start has been rolled back. */
	readonly onFailed?: (failed: FailedDetached) => void;
}

/** A running detached container. */
export interface DetachedContainer {
	readonly record: ContainerRecord;
	/** Resolves with the exit status when the command has ended; never rejects. */
	readonly ended: Promise<number>;
	/** Its start, if this process started it and records its runs. */
	readonly start?: DetachedStart;
}

/** A detached container that failed to start. */
export type FailedDetached = Pick<DetachedContainer, 'record' | 'start'> & {readonly report: StartReport};

/**
 * Starts a container that writes its output to files and outlives the process that started it. An ended container with the
 * same name starts again with its files.
 *
 * @throws TsboxError E_NAME_IN_USE, or why the start failed. All steps but its files have been rolled back.
 */
export async function startDetached(
	machine: Machine,
	asked: DetachedRequest,
	about: Detached,
	sink: EventSink,
	signal: AbortSignal,
): Promise<DetachedContainer> {
	for (let left = mostTries; ; left -= 1) {
		try {
			return await startOnce(machine, asked, about, sink, signal, left > 0);
		} catch (error) {
			if (left === 0 || signal.aborted || !isTaken(error)) throw error;
		}
	}
}

/**
 * Gives a container its name and its record, and does not start it.
 *
 * @throws TsboxError E_NAME_IN_USE, or for a setting that this machine cannot provide.
 */
export async function createDetached(
	machine: Machine,
	{project, service, bestEffort, executor}: DetachedRequest,
	about: Detached,
): Promise<void> {
	const planned = await planService(machine, project, service, {bestEffort, ...present({executor})}, {dry: true});
	await claimContainer(machine, planned, {detached: {...about, made: planned.made, unstarted: true}});
}

/** How often a start is planned anew because another one was faster to take an address. */
const mostTries = 20;

/** Whether another start took an address first, so that the next plan has another one. */
function isTaken(error: unknown): boolean {
	return isTsboxError(error) && error.code === 'E_ADDRESS_IN_USE';
}

async function startOnce(
	machine: Machine,
	{project, service, bestEffort, executor, onFailed}: DetachedRequest,
	about: Detached,
	sink: EventSink,
	signal: AbortSignal,
	mayTryAgain: boolean,
): Promise<DetachedContainer> {
	const {host} = machine;
	const planned = await planService(machine, project, service, {bestEffort, ...present({executor})}, {signal});
	const {name, healthcheck} = planned.service;
	const detached: Detached = {...about, made: planned.made, health: healthcheck === undefined ? 'none' : 'starting'};
	const claimed = await claimContainer(machine, planned, {detached});
	const {record, conf} = claimed;
	const attachment = attachDetached(host, machine.facts, {
		logs: logFolder(machine, name),
		conf,
		tty: planned.service.tty ?? false,
		stdin: planned.service.stdinOpen ?? false,
		discards: about.logging.driver === 'none',
	});
	const {emit, kept: events} = keepEvents(sink);
	const observed = service.record === true ? stepSnapshots(host, planned.plan, claimed.members) : undefined;
	const begun = observed === undefined ? {} : {start: {planned, events, snapshots: observed.kept}};
	try {
		const started = await start(machine, claimed, attachment, {emit, signal, afterStep: observed?.afterStep});
		signal.throwIfAborted();
		const ended = started.ended.then(end => exitCodeOf(end));
		return {record: {...record, process: processOf(machine, name)}, ended, ...begun};
	} catch (error) {
		await rollBackFailed(host, machine.facts, conf, emit, keptSteps);
		if (mayTryAgain && isTaken(error)) throw error;
		noteExit(machine, name, {code: isTsboxError(error) ? error.exitStatus : 125, oomKilled: false});
		onFailed?.({report: startReportOf(planned.plan, events, {error}), record, ...begun});
		throw error;
	}
}

function processOf({host, dirs}: Machine, name: string): ContainerRecord['process'] {
	return readRecord(host, containerFolder(dirs.state, name))?.process ?? null;
}

/**
 * Updates the notes about a detached container; does nothing if it is gone. Only its supervisor may call this. If the note cannot be
 * written, as on a full disk, the container continues without it.
 */
export function noteDetached({host, dirs}: Machine, name: string, changes: Partial<Detached>): void {
	const conf = containerFolder(dirs.state, name);
	const record = readRecord(host, conf);
	if (record?.detached === undefined) return;
	try {
		addNotes(host, conf, record.created, changes);
	} catch (error) {
		if (errnoOf(error) === undefined) throw error;
	}
}

/** How a detached container's command ended. */
export interface DetachedEnd {
	readonly code: number;
	/** Whether the kernel killed its first process at the memory limit. */
	readonly oomKilled: boolean;
}

function noteExit(machine: Machine, name: string, {code, oomKilled}: DetachedEnd): void {
	noteDetached(machine, name, {exit: {code, at: machine.host.now(), ...(oomKilled ? {oomKilled} : {})}});
}

/** Rolls back an ended container except for its files, and notes how it ended. */
export async function settleDetached(machine: Machine, name: string, end: DetachedEnd, emit: EventSink): Promise<void> {
	const {host, facts, dirs} = machine;
	await rollBack(host, facts, containerFolder(dirs.state, name), emit, keptSteps);
	noteExit(machine, name, end);
}

/** Writes down a container that ran in the foreground as one in the background that has ended. Its files must be all that is left of it. */
export function keepEnded({host, dirs}: Machine, name: string, detached: Detached): void {
	const conf = containerFolder(dirs.state, name);
	const record = readRecord(host, conf);
	if (record !== undefined) writeRecord(host, conf, {...record, detached});
}

/** Thaws a paused container. */
export function wakeDetached({host}: Machine, {cgroups}: ContainerRecord): void {
	thaw(host, freezersOf(host, cgroups));
}

/** Sends a container its stop signal, and thaws it so that the signal arrives. */
export function stopDetached(machine: Machine, record: ContainerRecord): void {
	const {process, stopSignal} = record;
	const {host} = machine;
	wakeDetached(machine, record);
	if (process !== null) signalProcess(host, process, stopSignal);
}

/** Kills all processes of a container. */
export function killDetached({host}: Machine, record: ContainerRecord): void {
	killCgroup(host, killOf(host, record.cgroups));
	if (record.process !== null) signalProcess(host, record.process, 'SIGKILL');
}

/** Removes a container with its files, its output, and its name. */
export async function removeDetached(machine: Machine, name: string, emit: EventSink): Promise<void> {
	const {host, facts, dirs} = machine;
	const conf = containerFolder(dirs.state, name);
	const record = readRecord(host, conf);
	await rollBack(host, facts, conf, emit);
	// A waiting process may not have looked yet. It will find no record, so the exit status is noted elsewhere.
	if (record?.process != null && record.detached?.exit != null)
		rememberExit(host, dirs.state, record, record.process, record.detached.exit.code);
	host.removeTree(logFolder(machine, name));
	releaseName(host, dirs.state, name);
}
