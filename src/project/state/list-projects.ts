import type {Machine} from '../../container/machine/machine.ts';
import {readProject} from './project-folder.ts';
import {projectsFolder, supervisorOf} from '../../state/project-place.ts';

/** A detached project in a few words. */
export interface ProjectSummary {
	readonly name: string;
	/** Absolute path of its spec; null where that is found from the folder it was started in. */
	readonly spec: string | null;
	/** The services that are meant to be there. */
	readonly services: readonly string[];
	/** The process that looks after it; undefined when none runs. */
	readonly supervisorPid: number | undefined;
}

/** All detached projects by name; one whose request can't be read is left out. Two small files each are read. */
export function listProjects({host, dirs}: Machine): readonly ProjectSummary[] {
	return host
		.list(projectsFolder(dirs.state))
		.filter(name => !name.startsWith('.'))
		.flatMap(name => {
			const request: unknown = readProject(host, dirs.state, name);
			if (!looksLikeRequest(request)) return [];
			const {spec, services} = request;
			return [{name, spec: spec.file ?? null, services, supervisorPid: supervisorOf(host, dirs.state, name)?.pid}];
		});
}

function looksLikeRequest(
	value: unknown,
): value is {readonly spec: {readonly file?: string}; readonly services: readonly string[]} {
	if (typeof value !== 'object' || value === null) return false;
	const {schema, spec, services} = value as Readonly<Record<string, unknown>>;
	return schema === 1 && typeof spec === 'object' && spec !== null && Array.isArray(services);
}
