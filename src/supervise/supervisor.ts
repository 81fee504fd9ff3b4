import {TsboxError} from '../errors/tsbox-error.ts';
import {allRecords} from '../engine/find-container.ts';
import {loadProject} from '../engine/load-project.ts';
import type {Machine} from '../engine/types.ts';
import {identify} from '../host/process.ts';
import {withLock} from '../run/lock.ts';
import type {Dependency, Project, Service} from '../spec/project.ts';
import {changeSignal} from './change-signal.ts';
import {type ControlRequest, type ServiceStatus, serve} from './control.ts';
import {changesBetween, essenceOf} from './essence.ts';
import type {ProjectEvent, ProjectSink} from './event.ts';
import {eventLog} from './event-log.ts';
import {watchLogs} from './log-marks.ts';
import {inOrder} from './order.ts';
import {
	controlSocket,
	projectFolder,
	type ProjectRequest,
	readProject,
	supervisorOf,
	writeProject,
	writeSupervisor,
} from './project-folder.ts';
import {type Unit, unitOf} from './unit.ts';
import {conditionOf, conditionWords, isSettled, statusOf, statusWords} from './unit-state.ts';

/** How long a supervisor without anything to look after stays for another request, ms. */
const linger = 1000;

/**
 * Looks after a detached project until nothing of it runs or is to run: starts its services in order, starts again what
 * ended, asks whether they are well. Containers that run already are taken over. Ends by itself; a second one of the
 * same project ends at once.
 *
 * @param onEvent - told of each event, before anybody else
 * @throws TsboxError E_NO_SUCH_CONTAINER where there is no such project.
 */
export async function supervise(machine: Machine, name: string, onEvent: ProjectSink = () => {}): Promise<void> {
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
		writeSupervisor(host, dirs.state, name, me);
		return true;
	});
	if (isMine) await lookAfter(machine, request, onEvent);
}

async function lookAfter(machine: Machine, first: ProjectRequest, onEvent: ProjectSink): Promise<void> {
	const {host, dirs} = machine;
	const listeners = new Set<ProjectSink>([onEvent]);
	const log = eventLog(host, projectFolder(dirs.state, first.name));
	const emit: ProjectSink = event => {
		log(event);
		for (const listener of listeners) listener(event);
	};
	const {changed, nextChange} = changeSignal();
	const units = new Map<string, Unit>();
	let project = first;
	// What was started is looked after as it was read then; the file may be gone, or say something else.
	let spec: Project = {name: first.name, file: first.spec.file ?? '', services: madeServices(machine, first.name)};
	let busy = 0;
	let over = false;

	const unit = (service: string): Unit => {
		const found = units.get(service);
		if (found !== undefined) return found;
		throw new TsboxError('E_USAGE', `${project.name} has no service ${service}`, {
			hint: `it has ${[...units.keys()].join(', ')}`,
		});
	};
	const chosen = (services: readonly string[]): readonly Unit[] =>
		services.length === 0 ? [...units.values()] : services.map(unit);

	async function until(waiter: string, {service, condition, required}: Dependency, signal: AbortSignal): Promise<void> {
		const other = units.get(service);
		if (other === undefined) {
			if (!required) return;
			throw new TsboxError('E_SPEC_INVALID', `the service ${service} is not there`, {hint: 'start it too'});
		}
		let told = false;
		for (;;) {
			signal.throwIfAborted();
			const come = conditionOf(other, condition);
			if (come === true) return;
			if (typeof come === 'string')
				throw new TsboxError(
					'E_STEP_FAILED',
					`${service} ${come}, and was waited for to be ${conditionWords[condition]}`,
					{
						hint: `see \`tsbox logs ${other.view().service.name}\``,
					},
				);
			if (!told) emit({type: 'service.waiting', at: host.now(), service: waiter, for: service, condition});
			told = true;
			await nextChange(signal);
		}
	}
	const add = (service: Service): Unit => {
		const made = unitOf(service, {machine, project, spec, emit, changed, until});
		units.set(service.service, made);
		return made;
	};
	const adoptAll = (): void => {
		const records = allRecords(machine).filter(each => each.detached?.project === project.name);
		for (const service of spec.services) {
			if (!project.services.includes(service.service)) continue;
			const made = units.get(service.service) ?? add(service);
			const record = records.find(each => each.name === service.name);
			if (record === undefined) continue;
			// One that ended while nobody looked is taken over too: how it ended was written down.
			if (record.detached?.exit === null) made.adopt(record);
			else made.remember(record);
		}
	};

	async function up(next: ProjectRequest, wait: boolean, timeoutMs: number | undefined): Promise<void> {
		const before = spec;
		spec = await loadProject(next.spec, host);
		project = {
			...next,
			services: [...new Set([...project.services, ...next.services])].filter(each => has(spec, each)),
		};
		writeProject(host, dirs.state, project);
		for (const {service} of before.services) if (!has(spec, service)) await units.get(service)?.remove();
		const wanted = next.services.flatMap(name => spec.services.filter(({service}) => service === name));
		for (const service of wanted) await renew(service);
		for (const service of wanted) unit(service.service).start();
		await settled(
			wanted.map(({service}) => unit(service)),
			wait,
			timeoutMs,
		);
	}

	/** Settles when nothing more is to be waited for of any of them. */
	async function settled(those: readonly Unit[], wait: boolean, timeoutMs: number | undefined): Promise<void> {
		const signal = timeoutMs === undefined ? new AbortController().signal : AbortSignal.timeout(timeoutMs);
		for (;;) {
			const open = those
				.filter(each => !isSettled(each, wait))
				.map(each => ({service: each.view().service.service, unit: each}));
			if (open.length === 0) return;
			if (signal.aborted)
				throw new TsboxError(
					'E_INTERRUPTED',
					`${open.map(({service}) => service).join(', ')} did not come up in ${timeoutMs} ms`,
					{
						why: open.map(each => `${each.service} is ${statusWords(each.unit)}`).join(', '),
						hint: 'it goes on in the background; see `tsbox ps` and `tsbox logs`',
					},
				);
			await nextChange(signal);
		}
	}

	/** A service whose spec changed is ended and made anew; its own process does not go on under another spec. */
	async function renew(service: Service): Promise<void> {
		const there = units.get(service.service);
		const record = allRecords(machine).find(each => each.name === service.name);
		const changes =
			record?.detached === undefined ? [] : changesBetween(essenceOf(record.detached.made), essenceOf(service));
		const at = host.now();
		if (changes.length > 0) {
			emit({type: 'service.changed', at, service: service.service, changes});
			await there?.remove();
		} else if (there?.view().status === 'running') {
			emit({type: 'service.unchanged', at, service: service.service});
			return;
		}
		const status = there?.view().status ?? 'created';
		// It is on its way already.
		if (['waiting', 'starting', 'restarting'].includes(status)) return;
		await there?.stop(0);
		add(service);
	}

	async function handle(
		request: ControlRequest,
		tell: (event: ProjectEvent) => void,
		gone: AbortSignal,
	): Promise<readonly ServiceStatus[]> {
		busy += 1;
		listeners.add(tell);
		try {
			switch (request.verb) {
				case 'up':
					await up(request.project, request.wait, request.timeoutMs);
					break;
				case 'start':
					for (const each of chosen(request.services)) each.start();
					await settled(chosen(request.services), false, undefined);
					break;
				case 'stop':
					await inOrder(chosen(request.services), 'dependents first', each => each.stop(request.timeoutMs));
					break;
				case 'restart': {
					const those = chosen(request.services);
					await inOrder(those, 'dependents first', each => each.stop(request.timeoutMs));
					for (const each of those) each.start();
					await settled(those, false, undefined);
					break;
				}
				case 'remove':
					await inOrder(chosen(request.services), 'dependents first', each => each.remove(request.timeoutMs));
					break;
				case 'down':
					await inOrder([...units.values()], 'dependents first', each => each.remove(request.timeoutMs));
					units.clear();
					over = true;
					break;
				case 'events':
					while (!gone.aborted) await nextChange(gone);
					break;
				case 'status':
			}
			return [...units.values()].map(statusOf);
		} finally {
			listeners.delete(tell);
			busy -= 1;
			changed();
		}
	}

	adoptAll();
	const close = await serve(controlSocket(dirs.state, project.name), handle);
	const logs = watchLogs(machine, () => [...units.values()].map(({view}) => view().service.name));
	const never = new AbortController().signal;
	for (;;) {
		const alive =
			busy > 0 || [...units.values()].some(({view}) => !['created', 'exited', 'failed'].includes(view().status));
		if (over || (!alive && (await stillIdle(never)))) break;
		if (alive) await nextChange(never);
	}
	logs.close();
	close();
	host.removeTree(
		over ? projectFolder(dirs.state, project.name) : `${projectFolder(dirs.state, project.name)}/supervisor.json`,
	);

	async function stillIdle(signal: AbortSignal): Promise<boolean> {
		const timer = AbortSignal.any([AbortSignal.timeout(linger), signal]);
		await nextChange(timer);
		return timer.aborted;
	}
}

function has({services}: Project, name: string): boolean {
	return services.some(({service}) => service === name);
}

/** The services of which there are containers, as they were made. */
function madeServices(machine: Machine, project: string): readonly Service[] {
	return allRecords(machine).flatMap(({detached}) => (detached?.project === project ? [detached.made] : []));
}
