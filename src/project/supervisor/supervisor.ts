import type {Machine} from '../../container/machine/machine.ts';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {allRecords} from '../../container/machine/find-container.ts';
import type {LifeRecorder} from '../../container/start/detached-life.ts';
import {identify} from '../../host/programs/process.ts';
import {withLock} from '../../execute/lock.ts';
import type {Service} from '../../spec/model/project.ts';
import {answer} from './answer.ts';
import {awaitDependency} from './await-dependency.ts';
import type {Care} from './care.ts';
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
import {makeWishes, turns} from './wishes.ts';

/** How long a supervisor without anything to look after stays for another request, ms. */
const linger = 1000;

/**
 * Looks after a detached project until nothing of it runs or is to run: starts its services in order, starts again what
 * ended, asks whether they are well. Containers that run already are taken over. Ends by itself; a second one of the
 * same project ends at once.
 *
 * @param recordLife - records a life of a container whose spec asks for it
 * @param onEvent - told of each event, before anybody else
 * @throws TsboxError E_NO_SUCH_CONTAINER where there is no such project.
 */
export async function supervise(
	machine: Machine,
	name: string,
	recordLife: LifeRecorder,
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
		// That of one that was killed: whoever sees a supervisor and a socket takes it for this one's.
		removeSocket(controlSocket(dirs.state, name));
		writeSupervisor(host, dirs.state, name, me);
		return true;
	});
	if (isMine) await lookAfter(machine, request, recordLife, onEvent);
}

async function lookAfter(
	machine: Machine,
	first: ProjectRequest,
	recordLife: LifeRecorder,
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
	const care: Care = {
		machine,
		units,
		bell,
		emit,
		wishes: makeWishes(),
		inTurn: turns(),
		leaving: {count: 0, done: false},
		project: first,
		// What was started is looked after as it was read then; the file may be gone, or say something else.
		spec: {name, file: first.spec.file ?? '', services: madeServices(machine, name)},
		make: service => {
			const {project, spec} = care;
			const until: UnitSurroundings['until'] = (waiter, dependency, signal) =>
				awaitDependency({units, bell, emit, now: () => host.now()}, waiter, dependency, signal);
			const made = unitOf(service, {machine, project, spec, emit, changed: bell.changed, until, recordLife});
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
			// Who listens to events stays no longer than there is something to tell.
			await answer(care, request, AbortSignal.any([gone, ended.signal]));
			return units.all().map(statusOf);
		} finally {
			listeners.delete(tell);
			busy -= 1;
			bell.changed();
		}
	};

	adopt(care);
	const close = await serve(controlSocket(dirs.state, name), handle);
	const logs = watchLogs(machine, () => units.all().map(({view}) => view().service.name));
	while (!care.leaving.done) {
		const idle = busy === 0 && units.all().every(isOver);
		const timer = idle ? AbortSignal.timeout(linger) : new AbortController().signal;
		await bell.nextChange(timer);
		// Whoever asked at that very moment is answered.
		if (timer.aborted && busy === 0) break;
	}
	ended.abort();
	// Whoever came while all was taken down hears of it.
	const late = AbortSignal.timeout(linger);
	while (busy > 0 && !late.aborted) await bell.nextChange(late);
	logs.close();
	close();
	if (care.leaving.done) removeProject(host, dirs.state, name);
	else host.removeTree(`${folder}/supervisor.json`);
}

/** Takes over what is there of a project. */
function adopt({machine, project, spec, units, make}: Care): void {
	const records = allRecords(machine).filter(each => each.detached?.project === project.name);
	for (const service of spec.services) {
		if (!project.services.includes(service.service)) continue;
		const record = records.find(each => each.name === service.name);
		const unit = units.of(service.name) ?? make(service);
		if (record === undefined) continue;
		// One that ended while nobody looked is taken over too: how it ended was written down.
		if (record.detached?.exit === null) unit.adopt(record);
		else unit.remember(record);
	}
}

/** The services of which there are containers, as they were made. */
function madeServices(machine: Machine, project: string): readonly Service[] {
	return allRecords(machine).flatMap(({detached}) => (detached?.project === project ? [detached.made] : []));
}
