import type {Machine} from '../../container/machine/machine.ts';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {allRecords} from '../../container/machine/find-container.ts';
import type {InstanceRecorder} from '../../container/start/run-instance.ts';
import {identify} from '../../host/programs/process.ts';
import {withLock} from '../../execute/lock.ts';
import type {Project} from '../../spec/model/project.ts';
import {present} from '../../spec/syntax/pick.ts';
import {dispatch} from './dispatch.ts';
import {awaitDependency} from './await-dependency.ts';
import type {SupervisorContext} from './supervisor-context.ts';
import {changeSignal} from '../state/change-signal.ts';
import {removeSocket} from '../../host/files/private-socket.ts';
import {type ControlHandler, serve} from '../state/control.ts';
import type {ProjectSink} from '../state/event.ts';
import {eventLog} from '../state/event-log.ts';
import {watchLogs} from '../logs/watch-logs.ts';
import {controlSocket, type ProjectRequest, readProject, removeProject} from '../state/project-folder.ts';
import {projectFolder, supervisorOf, writeSupervisor} from '../../state/project-place.ts';
import {type UnitSurroundings, unitOf} from './unit.ts';
import {isOver, statusOf} from '../state/unit-state.ts';
import {unitsOf} from './units.ts';
import {startRequests, turns} from './start-requests.ts';

/** How long an idle supervisor waits for another request before it exits, ms. */
const linger = 1000;

/**
 * Supervises a detached project: starts its services in order, applies restart policies, and runs health checks. Takes over
 * containers that run already. Returns when no container runs or is due to run, and at once if the project has a supervisor.
 *
 * @param recordInstance - records a run of a container whose spec asks for it
 * @param onEvent - called for each event, before any client
 * @throws TsboxError E_NO_SUCH_CONTAINER if the project does not exist.
 */
export async function supervise(
	machine: Machine,
	name: string,
	recordInstance: InstanceRecorder,
	onEvent: ProjectSink = () => {},
): Promise<void> {
	const {host, dirs, facts} = machine;
	const request = readProject(host, dirs.state, name);
	if (request === undefined)
		throw new TsboxError('E_NO_SUCH_CONTAINER', `there is no detached project ${name}`, {
			hint: 'start it with `tsbox up -d`',
		});
	const folder = projectFolder(dirs.state, name);
	const isMine = await withLock(host, facts, `${folder}/lock`, async () => {
		const me = identify(host, process.pid);
		if (me === undefined || supervisorOf(host, dirs.state, name) !== undefined) return false;
		// A killed supervisor leaves its socket. Clients would take it for the socket of this one.
		removeSocket(controlSocket(dirs.state, name));
		writeSupervisor(host, dirs.state, name, me);
		return true;
	});
	if (isMine) await lookAfter(machine, request, recordInstance, onEvent);
}

async function lookAfter(
	machine: Machine,
	first: ProjectRequest,
	recordInstance: InstanceRecorder,
	onEvent: ProjectSink,
): Promise<void> {
	const {host, dirs} = machine;
	const {name} = first;
	const folder = projectFolder(dirs.state, name);
	const listeners = new Set<ProjectSink>([onEvent]);
	const log = eventLog(host, folder);
	const emit: ProjectSink = event => {
		log(event);
		for (const listener of listeners) listener(event);
	};
	const bell = changeSignal();
	const units = unitsOf(name);
	const context: SupervisorContext = {
		machine,
		units,
		bell,
		emit,
		requests: startRequests(),
		inTurn: turns(),
		turning: {count: 0},
		leaving: {count: 0, done: false},
		project: first,
		// Use the specs that the containers were created from: the file may be gone or have changed.
		spec: asMade(machine, first),
		make: (service, of = context) => {
			const {project} = of;
			const until: UnitSurroundings['until'] = (waiter, dependency, signal) =>
				awaitDependency({units, bell, emit, now: () => host.now()}, waiter, dependency, signal);
			const made = unitOf(service, {
				machine,
				project,
				spec: () => of.spec,
				emit,
				changed: bell.changed,
				until,
				recordInstance,
			});
			units.put(made);
			return made;
		},
	};
	let busy = 0;
	const ended = new AbortController();
	const handle: ControlHandler = async (request, tell, gone) => {
		busy += 1;
		listeners.add(tell);
		try {
			// `ended` also releases clients that wait for events.
			await dispatch(context, request, AbortSignal.any([gone, ended.signal]));
			return units.all().map(statusOf);
		} finally {
			listeners.delete(tell);
			busy -= 1;
			bell.changed();
		}
	};

	adopt(context);
	const close = await serve(controlSocket(dirs.state, name), handle);
	const logs = watchLogs(machine, () => units.all().map(({view}) => view().service.name));
	while (!context.leaving.done) {
		const idle = busy === 0 && units.all().every(isOver);
		const timer = idle ? AbortSignal.timeout(linger) : new AbortController().signal;
		await bell.nextChange(timer);
		// A request may have arrived just as the timer fired: dispatch it.
		if (timer.aborted && busy === 0) break;
	}
	ended.abort();
	// Answer the requests that arrived during `down`.
	const late = AbortSignal.timeout(linger);
	while (busy > 0 && !late.aborted) await bell.nextChange(late);
	logs.close();
	close();
	if (context.leaving.done) removeProject(host, dirs.state, name);
	else host.removeTree(`${folder}/supervisor.json`);
}

/** Takes over the existing containers of a project. */
function adopt({machine, project, spec, units, make}: SupervisorContext): void {
	const records = allRecords(machine).filter(each => each.detached?.project === project.name);
	for (const service of spec.services) {
		if (service.oneOff === undefined && !project.services.includes(service.service)) continue;
		const record = records.find(each => each.name === service.name);
		const unit = units.of(service.name) ?? make(service);
		if (record === undefined) continue;
		// No exit is noted yet, but the container may have ended without a supervisor: its shell wrote the exit status down.
		if (record.detached?.exit === null && record.detached.unstarted !== true) unit.adopt(record);
		else unit.remember(record);
	}
}

/** The project as its containers were created: its services are those of their records. */
function asMade(machine: Machine, {name, spec}: ProjectRequest): Project {
	const {file = '', others, projectDirectory, envFiles} = spec;
	const records = allRecords(machine).filter(({detached}) => detached?.project === name);
	return {
		name,
		// Only containers of a file with services have labels.
		...(records.some(({labels}) => labels !== undefined) ? {hasServices: true} : {}),
		file,
		...present({others, projectDirectory, envFiles}),
		services: records.flatMap(({detached}) => detached?.made ?? []),
	};
}
