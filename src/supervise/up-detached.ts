import {gcName} from '../engine/gc.ts';
import {loadProject, noneActive} from '../engine/load-project.ts';
import {planContainer} from '../engine/plan-container.ts';
import {TsboxError} from '../errors/tsbox-error.ts';
import type {Machine, SpecRequest} from '../engine/types.ts';
import type {Project} from '../spec/project.ts';
import {askProject} from './client.ts';
import type {ServiceStatus} from './control.ts';
import type {ProjectSink} from './event.ts';
import {type ProjectRequest, readProject, writeProject} from './project-folder.ts';

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
	{spec: asked, services, wait, timeoutMs, program, emit, signal}: DetachedUp,
): Promise<readonly ServiceStatus[]> {
	const {host, dirs} = machine;
	const spec = {...asked, named: services};
	const project = await loadProject(spec, host);
	const wanted = withDependencies(project, services);
	for (const service of wanted) await planContainer(machine, {...spec, service}, {dry: true, signal});
	const {cwd, env, bestEffort, overrides} = spec;
	const request: ProjectRequest = {
		schema: 1,
		name: project.name,
		spec: {
			file: project.file,
			cwd,
			env,
			...(bestEffort === undefined ? {} : {bestEffort}),
			...(overrides === undefined ? {} : {overrides}),
		},
		services: wanted,
	};
	const before = readProject(host, dirs.state, project.name);
	if (before !== undefined && before.spec.file !== project.file)
		throw new TsboxError('E_NAME_IN_USE', `a project ${project.name} of another spec is there`, {
			why: `it was started from ${before.spec.file ?? ''}`,
			hint: `end it with \`tsbox down ${project.name}\`, or give this one another \`name\``,
		});
	// A boot before may have left their names taken, where the state folder is on disk.
	for (const {name} of project.services.filter(({service}) => wanted.includes(service)))
		await gcName(machine, name, () => {}, signal);
	if (before === undefined) writeProject(host, dirs.state, {...request, services: []});
	const ask = {verb: 'up' as const, project: request, wait, ...(timeoutMs === undefined ? {} : {timeoutMs})};
	return askProject(machine, project.name, ask, program, emit, signal);
}

/** The services that are meant and all that they need, in the order of the file. */
function withDependencies(project: Project, named: readonly string[]): readonly string[] {
	const {services, file} = project;
	const known = [...new Set(services.map(({service}) => service))];
	const strange = named.find(name => !known.includes(name));
	if (strange !== undefined)
		throw new TsboxError('E_USAGE', `${file} has no service ${strange}`, {hint: `it has ${known.join(', ')}`});
	const active = project.active ?? known;
	const wanted = new Set(named.length === 0 ? active : named);
	// With `scale: 0` throughout there are none at all, which is fine.
	if (wanted.size === 0 && known.length > 0) throw noneActive(project);
	// One that is not required and whose profile is not active is not started for it; as compose does.
	for (const name of wanted)
		for (const {service} of services.find(each => each.service === name)?.dependsOn ?? [])
			if (active.includes(service)) wanted.add(service);
	return known.filter(name => wanted.has(name));
}
