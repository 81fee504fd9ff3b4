import type {Machine} from '../../../container/machine/machine.ts';
import type {ProjectContainer} from '../../../container/observe/list-project.ts';
import {TsboxError} from '../../../errors/tsbox-error.ts';
import {labelOf} from '../../../spec/keys/replicas.ts';
import type {Project} from '../../../spec/model/project.ts';
import {present} from '../../../spec/syntax/pick.ts';
import type {ComposeContext} from './compose-verb.ts';

/** The spec request of a verb under `tsbox compose`. */
export function specOf({io, folders, selected}: ComposeContext) {
	return {cwd: io.cwd, env: io.env, ...selected, ...present({config: folders.config})};
}

/** Reads the files of the project. */
export async function projectOf(context: ComposeContext, named: readonly string[] = []): Promise<Project> {
	return context.engine.loadProject({...specOf(context), named});
}

/** The project's name, without reading files if the command line has it. */
export async function nameOf(context: ComposeContext): Promise<string> {
	return context.selected.projectName ?? (await projectOf(context)).name;
}

/** Containers of the project. */
export interface FoundContainers {
	readonly machine: Machine;
	readonly project: string;
	readonly containers: readonly ProjectContainer[];
}

/**
 * The containers of the named services, or of all.
 *
 * @param options - `oneOff`: also those of `compose run`
 * @throws TsboxError E_USAGE for a service that has neither a container nor an entry in the files.
 */
export async function containersOf(
	context: ComposeContext,
	services: readonly string[],
	{oneOff = false}: {readonly oneOff?: boolean} = {},
): Promise<FoundContainers> {
	const machine = await context.engine.openMachine(context.folders);
	const project = await nameOf(context);
	const all = (await context.engine.listProjectContainers(machine, project)).filter(
		({made}) => oneOff || made.oneOff === undefined,
	);
	const known = new Set(all.map(({service}) => service));
	const strange = services.filter(service => !known.has(service));
	if (strange.length > 0) await refuseStrange(context, strange, project);
	const containers = services.length === 0 ? all : all.filter(({service}) => services.includes(service));
	return {machine, project, containers};
}

/** Refuses services that the files do not have either. */
async function refuseStrange(context: ComposeContext, services: readonly string[], name: string): Promise<void> {
	const project = await projectOf(context).catch(() => undefined);
	const strange = services.find(service => !(project?.services ?? []).some(each => each.service === service));
	if (strange === undefined) return;
	const {noSuchService} = await import('../../../container/machine/no-service.ts');
	throw project === undefined
		? new TsboxError('E_USAGE', `${name} has no service ${strange}`, {hint: '`tsbox compose ps -a` lists them'})
		: noSuchService(project, strange);
}

/**
 * One container of a service: the first, or that with this number.
 *
 * @throws TsboxError E_NO_SUCH_CONTAINER.
 */
export async function containerOf(
	context: ComposeContext,
	service: string,
	index?: number,
): Promise<{readonly machine: Machine; readonly container: ProjectContainer}> {
	const {machine, containers, project} = await containersOf(context, [service]);
	const container = index === undefined ? containers[0] : containers.find(({made}) => (made.replica ?? 1) === index);
	if (container !== undefined) return {machine, container};
	const number = index === undefined ? '' : ` ${index}`;
	throw new TsboxError('E_NO_SUCH_CONTAINER', `service ${service} of ${project} has no container${number}`, {
		hint:
			containers.length === 0
				? `start it with \`tsbox compose up -d ${service}\``
				: `it has ${containers.map(({made}) => labelOf(made)).join(', ')}`,
	});
}

/** The names by which a supervisor knows containers, whatever they were renamed to. */
export function idsOf(containers: readonly ProjectContainer[]): readonly string[] {
	return containers.map(({id, name}) => id ?? name);
}
