import type {Machine} from '../machine/machine.ts';
import {isTsboxError} from '../../errors/tsbox-error.ts';
import {errnoOf} from '../../host/errno.ts';
import {signalProcess} from '../../host/programs/process.ts';
import {attachDetached} from '../../execute/attach-detached.ts';
import type {EventSink} from '../../execute/event.ts';
import {freezersOf} from '../../state/freezer.ts';
import {thaw} from '../../kernel/freeze.ts';
import {killOf} from '../../kernel/kill-of.ts';
import {rollBack, rollBackFailed} from '../../execute/rollback.ts';
import {keepEvents, storyOf} from '../../execute/story-of.ts';
import {killCgroup} from '../../execute/undo.ts';
import {releaseName} from '../../state/claim.ts';
import type {Project, Service} from '../../spec/model/project.ts';
import {noteExit as rememberExit} from '../../state/exited.ts';
import {addNotes} from '../../state/notes.ts';
import {type ContainerRecord, containerFolder, type Detached, readRecord} from '../../state/record.ts';
import type {StartStory} from '../../state/start-story.ts';
import type {DetachedStart} from './detached-life.ts';
import {exitCodeOf} from '../machine/exit-code.ts';
import {keptSteps} from '../machine/kept-steps.ts';
import {planService} from '../plan/plan-container.ts';
import {claimContainer} from './claim-container.ts';
import {start} from './start.ts';

/** What a detached container is started from: a service as it was read when it was last brought up. */
export interface DetachedRequest {
	readonly project: Project;
	readonly service: Service;
	readonly bestEffort: boolean;
	/** Told what a start was like that failed when it was carried out, once it is rolled back. */
	readonly onFailed?: (failed: FailedDetached) => void;
}

/** A detached container that runs. */
export interface DetachedContainer {
	readonly record: ContainerRecord;
	/** Settles with its exit status when its command has ended; never rejects. */
	readonly ended: Promise<number>;
	/** How it was started; there where this process did that and its lives are recorded. */
	readonly start?: DetachedStart;
}

/** A detached container that did not start. */
export type FailedDetached = Pick<DetachedContainer, 'record' | 'start'> & {readonly story: StartStory};

/** Where the output of a detached container is kept: on disk, and for as long as the container is there. */
export function logFolder({dirs}: Pick<Machine, 'dirs'>, name: string): string {
	return `${dirs.store}/logs/${name}`;
}

/**
 * Starts a container whose output goes to files, and that goes on when whoever started it has ended. One that was there
 * before and has ended is started on the files that it had.
 *
 * @throws TsboxError E_NAME_IN_USE, or why it did not start; what had been done is rolled back, but for its files.
 */
export async function startDetached(
	machine: Machine,
	{project, service, bestEffort, onFailed}: DetachedRequest,
	about: Detached,
	sink: EventSink,
	signal: AbortSignal,
): Promise<DetachedContainer> {
	const {host} = machine;
	const planned = await planService(machine, project, service, {bestEffort}, {signal});
	const {name} = planned.service;
	const claimed = await claimContainer(machine, planned, {detached: about});
	const {record, conf} = claimed;
	const attachment = attachDetached(host, machine.facts, {
		logs: logFolder(machine, name),
		conf,
		tty: planned.service.tty ?? false,
		stdin: planned.service.stdinOpen ?? false,
	});
	const {emit, kept: events} = keepEvents(sink);
	const begun = service.record === true ? {start: {planned, events}} : {};
	try {
		const started = await start(machine, claimed, attachment, {emit, signal});
		signal.throwIfAborted();
		const ended = started.ended.then(end => exitCodeOf(end));
		return {record: {...record, process: processOf(machine, name)}, ended, ...begun};
	} catch (error) {
		await rollBackFailed(host, machine.facts, conf, emit, keptSteps);
		noteExit(machine, name, {code: isTsboxError(error) ? error.exitStatus : 125, oomKilled: false});
		onFailed?.({story: storyOf(planned.plan, events, {error}), record, ...begun});
		throw error;
	}
}

function processOf({host, dirs}: Machine, name: string): ContainerRecord['process'] {
	return readRecord(host, containerFolder(dirs.state, name))?.process ?? null;
}

/**
 * Changes what is told of a detached container; nothing when it is gone. To be called by its supervisor alone. Where it
 * can't be written, as on a full disk, it is not known to others: the container goes on all the same.
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

/** How a container's command ended. */
export interface DetachedEnd {
	readonly code: number;
	/** The kernel killed its first process for its memory limit. */
	readonly oomKilled: boolean;
}

function noteExit(machine: Machine, name: string, {code, oomKilled}: DetachedEnd): void {
	noteDetached(machine, name, {exit: {code, at: machine.host.now(), ...(oomKilled ? {oomKilled} : {})}});
}

/** Takes back what a container that has ended left but its files, and notes how it ended. */
export async function settleDetached(machine: Machine, name: string, end: DetachedEnd, emit: EventSink): Promise<void> {
	const {host, facts, dirs} = machine;
	await rollBack(host, facts, containerFolder(dirs.state, name), emit, keptSteps);
	noteExit(machine, name, end);
}

/** Lets a container that is paused go on. */
export function wakeDetached({host}: Machine, {cgroups}: ContainerRecord): void {
	thaw(host, freezersOf(host, cgroups));
}

/** Asks a container to end, with its own signal; one that is paused is let go for it. */
export function stopDetached(machine: Machine, record: ContainerRecord): void {
	const {process, stopSignal} = record;
	const {host} = machine;
	wakeDetached(machine, record);
	if (process !== null) signalProcess(host, process, stopSignal);
}

/** Ends a container at once, all of it. */
export function killDetached({host}: Machine, record: ContainerRecord): void {
	killCgroup(host, killOf(host, record.cgroups));
	if (record.process !== null) signalProcess(host, record.process, 'SIGKILL');
}

/** Removes all that a detached container left: its files, its output, its name. */
export async function removeDetached(machine: Machine, name: string, emit: EventSink): Promise<void> {
	const {host, facts, dirs} = machine;
	const conf = containerFolder(dirs.state, name);
	const record = readRecord(host, conf);
	await rollBack(host, facts, conf, emit);
	// Who waits for it may not have looked yet, and finds no record any more.
	if (record?.process != null && record.detached?.exit != null)
		rememberExit(host, dirs.state, record, record.process, record.detached.exit.code);
	host.removeTree(logFolder(machine, name));
	releaseName(host, dirs.state, name);
}
