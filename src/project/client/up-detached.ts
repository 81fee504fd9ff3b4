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
import type {ServiceStatus} from '../state/control.ts';
import type {ProjectSink} from '../state/event.ts';
import {type ProjectRequest, readProject, writeProject} from '../state/project-folder.ts';

/** How a project is started in the background. */
export interface DetachedUp {
	readonly spec: SpecRequest;
	/** Those that are meant, with what they depend on; none means all. */
	readonly services: readonly string[];
	/** Wait until all are healthy, and not only until they run. */
	readonly wait: boolean;
	readonly timeoutMs?: number;
	/** Path of bin/tsbox. */
	readonly program: string;
	readonly emit: ProjectSink;
	readonly signal: AbortSignal;
}

/**
 * Has the services of a spec run in the background, looked after by a supervisor. What runs as the spec has it stays as it
 * is. Every plan is made first, so that a spec that can't be had here is refused before anything is touched.
 *
 * @throws TsboxError for a spec that can't be, a service that did not come up, or a supervisor that can't be started.
 */
export async function upDetached(
	machine: Machine,
	{wait, timeoutMs, program, emit, signal, ...asked}: DetachedUp,
): Promise<readonly ServiceStatus[]> {
	const planned = await planUp(machine, asked, signal);
	await announceUp(machine, planned, signal);
	const {request} = planned;
	const ask = {verb: 'up' as const, project: request, wait, ...(timeoutMs === undefined ? {} : {timeoutMs})};
	return askProject(machine, request.name, ask, program, emit, signal);
}

/** What is to be asked of a supervisor, and the containers that are meant. */
export interface PlannedUp {
	readonly project: Project;
	readonly request: ProjectRequest;
	readonly containers: readonly Service[];
}

/**
 * Decides what is to run, and makes each plan; touches nothing.
 *
 * @throws TsboxError for a spec that can't be, or that can't be had here.
 */
export async function planUp(
	machine: Machine,
	{spec: asked, services}: Pick<DetachedUp, 'spec' | 'services'>,
	signal: AbortSignal,
): Promise<PlannedUp> {
	const {host, dirs} = machine;
	const spec = {...asked, named: services};
	const project = await loadProject(spec, machine);
	const wanted = withDependencies(project, services);
	for (const service of wanted)
		await planService(machine, project, pickService(project, service), spec, {dry: true, signal});
	const {cwd, env, bestEffort, overrides} = spec;
	const before = readProject(host, dirs.state, project.name);
	if (before !== undefined && before.spec.file !== project.file)
		throw new TsboxError('E_NAME_IN_USE', `a project ${project.name} of another spec is there`, {
			why: `it was started from ${before.spec.file ?? ''}`,
			hint: `end it with \`tsbox down ${project.name}\`, or give this one another \`name\``,
		});
	return {
		project,
		request: {
			schema: 1,
			name: project.name,
			spec: {
				file: project.file,
				cwd,
				env,
				...present({config: machine.configFile, bestEffort, overrides}),
			},
			services: wanted,
		},
		containers: project.services.filter(({service}) => wanted.includes(service)),
	};
}

/** Has the project be there, for its supervisor to find. */
export async function announceUp(
	machine: Machine,
	{request, containers}: PlannedUp,
	signal: AbortSignal,
): Promise<void> {
	const {host, dirs} = machine;
	// A boot before may have left their names taken, where the state folder is on disk.
	for (const {name} of containers) await gcName(machine, name, () => {}, signal);
	if (readProject(host, dirs.state, request.name) === undefined)
		writeProject(host, dirs.state, {...request, services: []});
}

/** The services that are meant and all that they need, in the order of the file. */
function withDependencies(project: Project, named: readonly string[]): readonly string[] {
	const {services} = project;
	const known = [...new Set(services.map(({service}) => service))];
	const strange = named.find(name => !known.includes(name));
	if (strange !== undefined) throw noSuchService(project, strange);
	const active = project.active ?? known;
	const wanted = new Set(named.length === 0 ? active : named);
	// All may be scaled to nothing, and then what there is goes.
	if (wanted.size === 0 && services.length > 0) throw noneActive(project);
	// One that is not required and whose profile is not active is not started for it; as compose does.
	for (const name of wanted)
		for (const {service} of services.find(each => each.service === name)?.dependsOn ?? [])
			if (active.includes(service)) wanted.add(service);
	return known.filter(name => wanted.has(name));
}
