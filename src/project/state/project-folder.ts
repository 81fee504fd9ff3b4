import type {SpecRequest} from '../../container/machine/spec-request.ts';
import {errnoOf} from '../../host/errno.ts';
import type {Host} from '../../host/host.ts';
import {ownJson} from '../../state/own-json.ts';
import {projectFolder, projectsFolder} from '../../state/project-place.ts';

/** The stored request of a detached project, from which a supervisor can read the spec again. */
export interface ProjectRequest {
	readonly schema: 1;
	readonly name: string;
	readonly spec: Pick<
		SpecRequest,
		| 'file'
		| 'others'
		| 'projectDirectory'
		| 'envFiles'
		| 'projectName'
		| 'cwd'
		| 'env'
		| 'config'
		| 'bestEffort'
		| 'executor'
		| 'overrides'
	>;
	/** The services that should run. */
	readonly services: readonly string[];
}

/** The socket of a project's supervisor. The name is short because `sun_path` of unix(7) holds 108 bytes. */
export function controlSocket(state: string, name: string): string {
	return `${projectFolder(state, name)}/ctl`;
}

/** Writes the request atomically. The folder of a new project appears together with its request. */
export function writeProject(host: Host, state: string, request: ProjectRequest): void {
	const folder = projectFolder(state, request.name);
	const write = (into: string): void => host.writeAtomic(`${into}/project.json`, `${JSON.stringify(request)}\n`, 0o600);
	if (host.lstat(folder) === undefined) {
		host.mkdirs(projectsFolder(state), 0o700);
		const fresh = `${projectsFolder(state)}/.new-${process.pid}-${request.name}`;
		try {
			host.removeTree(fresh);
			host.mkdir(fresh, 0o700);
			write(fresh);
			host.rename(fresh, folder);
			return;
		} catch (error) {
			host.removeTree(fresh);
			// Another process created the folder meanwhile: rename(2) replaces only an empty folder.
			if (!['ENOTEMPTY', 'EEXIST'].includes(errnoOf(error) ?? '')) throw error;
		}
	}
	write(folder);
}

/** Removes the folder of a project that is down. Renames it first, so that a new project of that name loses nothing. */
export function removeProject(host: Host, state: string, name: string): void {
	const old = `${projectsFolder(state)}/.old-${process.pid}-${name}`;
	host.removeTree(old);
	host.rename(projectFolder(state, name), old);
	host.removeTree(old);
}

/** The request of a project; undefined if it does not exist or cannot be read. */
export function readProject(host: Host, state: string, name: string): ProjectRequest | undefined {
	return ownJson<ProjectRequest>(host, `${projectFolder(state, name)}/project.json`);
}
