import type {Machine} from '../container/machine/machine.ts';
import type {SpecRequest} from '../container/machine/spec-request.ts';
import {dirname, relative, resolve} from 'node:path';
import {loadProject} from '../container/machine/load-project.ts';
import type {Host} from '../host/host.ts';
import type {Project, Service} from '../spec/model/project.ts';
import {present} from '../spec/syntax/pick.ts';

/** A folder that exists on no machine, deeper than any `..` in a spec. */
const top = '/.tsbox-lock';
const folder = `${top}${'/_'.repeat(40)}/box`;

/**
 * The project as if its spec lay in a folder that exists on no machine. A loaded project has absolute paths only; in this
 * one the paths that the spec gives relative to itself begin with that folder. The project's name is passed on, since by
 * default it comes from the folder.
 */
export async function portableProject(
	{host, defaults}: Pick<Machine, 'host' | 'defaults'>,
	request: SpecRequest,
	{file, others, projectDirectory, envFiles}: Project,
): Promise<Project> {
	const there = projectDirectory ?? dirname(file);
	const real = (path: string): string => (path.startsWith(`${top}/`) ? resolve(there, relative(folder, path)) : path);
	const moved: Host = {
		...host,
		stat: path => host.stat(real(path)),
		readText: path => host.readText(real(path)),
	};
	return loadProject(
		{
			...request,
			file: resolve(folder, relative(there, file)),
			// What was found, such as compose.override.yaml, and what variables name.
			...present({others, envFiles, projectDirectory: projectDirectory === undefined ? undefined : folder}),
		},
		{host: moved, ...(defaults === undefined ? {} : {defaults})},
	);
}

/** A path of a portable project as the spec might write it: `./data`, `../data`, `/etc/hosts`. */
export function shownPath(path: string): string {
	if (!path.startsWith(`${top}/`)) return path;
	const shown = relative(folder, path);
	return shown === '' ? '.' : shown.startsWith('../') || shown === '..' ? shown : `./${shown}`;
}

/** A JSON value of a portable project with all its paths in that form. */
export function withShownPaths(value: unknown): unknown {
	return JSON.parse(JSON.stringify(value), (_, each: unknown) =>
		typeof each === 'string' ? shownPath(each) : each,
	) as unknown;
}

/** The host paths of a service, each with its portable replacement. */
export function portablePaths(service: Service, portable: Service): ReadonlyMap<string, string> {
	const pairs = service.volumes.map((volume, at): readonly [string, string] | undefined => {
		const other = portable.volumes[at];
		return volume.type === 'bind' && other?.type === 'bind' ? [volume.source, other.source] : undefined;
	});
	return new Map(pairs.filter(pair => pair !== undefined));
}
