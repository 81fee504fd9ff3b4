import type {Machine} from '../../container/machine/machine.ts';
import {readProject} from './project-folder.ts';
import {projectsFolder, supervisorOf} from '../../state/project-place.ts';

/** A summary of a detached project. */
export interface ProjectSummary {
	readonly name: string;
	/** Absolute path of its spec; null if the spec is looked up from the folder the project was started in. */
	readonly spec: string | null;
	/** Absolute paths of all its files. */
	readonly specs: readonly string[];
	/** The services that should run. */
	readonly services: readonly string[];
	/** The process ID of its supervisor; undefined if none runs. */
	readonly supervisorPid: number | undefined;
}

/** All detached projects, without those whose request file cannot be read. Reads two small files per project. */
export function listProjects({host, dirs}: Machine): readonly ProjectSummary[] {
	return host
		.list(projectsFolder(dirs.state))
		.filter(name => !name.startsWith('.'))
		.flatMap(name => {
			const request: unknown = readProject(host, dirs.state, name);
			if (!looksLikeRequest(request)) return [];
			const {spec, services} = request;
			const specs = spec.file === undefined ? [] : [spec.file, ...(spec.others ?? [])];
			return [
				{name, spec: spec.file ?? null, specs, services, supervisorPid: supervisorOf(host, dirs.state, name)?.pid},
			];
		});
}

function looksLikeRequest(value: unknown): value is {
	readonly spec: {readonly file?: string; readonly others?: readonly string[]};
	readonly services: readonly string[];
} {
	if (typeof value !== 'object' || value === null) return false;
	const {schema, spec, services} = value as Readonly<Record<string, unknown>>;
	return schema === 1 && typeof spec === 'object' && spec !== null && Array.isArray(services);
}
