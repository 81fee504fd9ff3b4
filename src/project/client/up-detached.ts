import {present} from '../../spec/syntax/pick.ts';
import type {Machine} from '../../container/machine/machine.ts';
import type {SpecRequest} from '../../container/machine/spec-request.ts';
import {gcName} from '../../container/recover/gc.ts';
import {loadProject, pickService} from '../../container/machine/load-project.ts';
import {noneActive, noSuchService} from '../../container/machine/no-service.ts';
import {planService} from '../../container/plan/plan-container.ts';
import {TsboxError} from '../../errors/tsbox-error.ts';
import type {Project, Service} from '../../spec/model/project.ts';
import {askProject} from './client.ts';
import type {ServiceStatus, UpManner} from '../state/control.ts';
import type {ProjectSink} from '../state/event.ts';
import {type ProjectRequest, readProject, writeProject} from '../state/project-folder.ts';

/** Options of {@link upDetached}. */
export interface DetachedUp {
	readonly spec: SpecRequest;
	/** The selected services; their dependencies are added. Empty selects all. */
	readonly services: readonly string[];
	/** Wait until all are healthy, not just running, and refuse one that ends. */
	readonly wait: boolean;
	/** With `wait`: one that ends is no error. */
	readonly mayEnd?: boolean;
	readonly timeoutMs?: number;
	readonly manner?: UpManner;
	/** Path of the tsbox program. */
	readonly program: string;
	/** Builds images of services before anything is planned. */
	readonly buildImages?: (project: Project, services: readonly string[]) => Promise<void>;
	readonly emit: ProjectSink;
	readonly signal: AbortSignal;
}

/**
 * Runs the services of a spec in the background under a supervisor. Containers that match the spec keep running. Makes every
 * plan first, so that a spec that this host cannot run is refused before anything is changed.
 *
 * @throws TsboxError for an invalid spec, a service that did not come up, or a supervisor that cannot be started.
 */
export async function upDetached(
	machine: Machine,
	{wait, mayEnd, timeoutMs, program, emit, signal, ...asked}: DetachedUp,
): Promise<readonly ServiceStatus[]> {
	const planned = await planUp(machine, asked, signal);
	await announceUp(machine, planned, signal);
	const {request} = planned;
	const ask = {verb: 'up' as const, project: request, wait, ...present({mayEnd, timeoutMs, manner: asked.manner})};
	return askProject(machine, request.name, ask, program, emit, signal);
}

/** The request for the supervisor, and the selected containers. */
export interface PlannedUp {
	readonly project: Project;
	readonly request: ProjectRequest;
	readonly containers: readonly Service[];
}

/**
 * Selects the services to run and makes each plan; changes nothing.
 *
 * @throws TsboxError for a spec that is invalid or that this host cannot run.
 */
export async function planUp(
	machine: Machine,
	{spec: asked, services, buildImages, manner}: Pick<DetachedUp, 'spec' | 'services' | 'buildImages' | 'manner'>,
	signal: AbortSignal,
): Promise<PlannedUp> {
	const spec = {...asked, named: services};
	const project = await loadProject(spec, machine);
	const wanted = wantedServices(project, services, manner?.noDeps);
	if (wanted.some(service => project.builds?.[service] !== undefined)) await buildImages?.(project, wanted);
	for (const service of wanted)
		await planService(machine, project, pickService(project, service), spec, {dry: true, signal});
	return {
		project,
		request: requestOf(machine, project, spec, wanted),
		containers: project.services.filter(({service}) => wanted.includes(service)),
	};
}

/** @throws TsboxError E_NAME_IN_USE for the name of a project that was started from another spec. */
function requestOf(
	{host, dirs, configFile}: Machine,
	project: Project,
	{cwd, env, bestEffort, executor, overrides, projectName, nameFromFolder}: SpecRequest,
	services: readonly string[],
): ProjectRequest {
	const before = readProject(host, dirs.state, project.name);
	if (before !== undefined && before.spec.file !== project.file)
		throw new TsboxError('E_NAME_IN_USE', `the project name ${project.name} is taken by another spec`, {
			why: `it was started from ${before.spec.file ?? ''}`,
			hint: `take it down with \`tsbox down ${project.name}\`, or give this one another \`name\``,
		});
	return {
		schema: 1,
		name: project.name,
		spec: {
			file: project.file,
			cwd,
			env,
			...present({
				others: project.others,
				projectDirectory: project.projectDirectory,
				envFiles: project.envFiles,
				projectName: projectName ?? (nameFromFolder === true ? project.name : undefined),
				config: configFile,
				bestEffort,
				executor,
				overrides,
			}),
		},
		services,
	};
}

/**
 * Makes a project known without starting a service, so that the containers which `compose run` leaves are found.
 *
 * @throws TsboxError E_NAME_IN_USE for the name of a project that was started from another spec.
 */
export function announceProject(machine: Machine, project: Project, spec: SpecRequest): void {
	const {host, dirs} = machine;
	const request = requestOf(machine, project, spec, []);
	if (readProject(host, dirs.state, project.name) === undefined) writeProject(host, dirs.state, request);
}

/** Creates the project folder for the supervisor to find. */
export async function announceUp(
	machine: Machine,
	{request, containers}: PlannedUp,
	signal: AbortSignal,
): Promise<void> {
	const {host, dirs} = machine;
	// If the state folder is on disk, names may still be taken from before a reboot.
	for (const {name} of containers) await gcName(machine, name, () => {}, signal);
	if (readProject(host, dirs.state, request.name) === undefined)
		writeProject(host, dirs.state, {...request, services: []});
}

/**
 * The selected services and, unless `noDeps`, their dependencies, in the order of the file.
 *
 * @throws TsboxError E_USAGE for a service that is not there, or when none is active.
 */
export function wantedServices(project: Project, named: readonly string[], noDeps = false): readonly string[] {
	const {services} = project;
	const known = [...new Set(services.map(({service}) => service))];
	const strange = named.find(name => !known.includes(name));
	if (strange !== undefined) throw noSuchService(project, strange);
	const active = project.active ?? known;
	const wanted = new Set(named.length === 0 ? active : named);
	// With all services scaled to 0 there are none: existing containers are then removed.
	if (wanted.size === 0 && services.length > 0) throw noneActive(project);
	// An optional dependency whose profile is inactive is not started, as in Compose.
	for (const name of noDeps ? [] : wanted)
		for (const {service} of services.find(each => each.service === name)?.dependsOn ?? [])
			if (active.includes(service)) wanted.add(service);
	return known.filter(name => wanted.has(name));
}
