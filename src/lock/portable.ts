import type {Machine} from '../container/machine/machine.ts';
import type {SpecRequest} from '../container/machine/spec-request.ts';
import {basename, dirname, relative, resolve} from 'node:path';
import {loadProject} from '../container/machine/load-project.ts';
import type {Host} from '../host/host.ts';
import type {Project, Service} from '../spec/model/project.ts';

/** Deeper than `..` in a spec go; no folder of a machine is called so. */
const top = '/.tsbox-lock';
const folder = `${top}${'/_'.repeat(40)}/box`;

/**
 * The project as it would be read if its spec lay in a folder that no machine has. Which paths the spec has relative to
 * itself is not to be seen in a project, where all are absolute; here they begin with that folder, and the others do not.
 * A file without a name of its own is called by its folder, so the name is passed on.
 */
export async function portableProject(
	{host, defaults}: Pick<Machine, 'host' | 'defaults'>,
	request: SpecRequest,
	{file}: Project,
): Promise<Project> {
	const there = dirname(file);
	const real = (path: string): string => (path.startsWith(`${top}/`) ? resolve(there, relative(folder, path)) : path);
	const moved: Host = {
		...host,
		stat: path => host.stat(real(path)),
		readText: path => host.readText(real(path)),
	};
	return loadProject(
		{...request, file: `${folder}/${basename(file)}`},
		{host: moved, ...(defaults === undefined ? {} : {defaults})},
	);
}

/** A path of such a project as the spec might write it: `./data`, `../data`, `/etc/hosts`. */
export function shownPath(path: string): string {
	if (!path.startsWith(`${top}/`)) return path;
	const shown = relative(folder, path);
	return shown === '' ? '.' : shown.startsWith('../') || shown === '..' ? shown : `./${shown}`;
}

/** A value of such a project with all its paths so; as JSON gives it back. */
export function withShownPaths(value: unknown): unknown {
	return JSON.parse(JSON.stringify(value), (_, each: unknown) =>
		typeof each === 'string' ? shownPath(each) : each,
	) as unknown;
}

/** The paths of the host that a service names, and what stands for each on every machine. */
export function portablePaths(service: Service, portable: Service): ReadonlyMap<string, string> {
	const pairs = service.volumes.map((volume, at): readonly [string, string] | undefined => {
		const other = portable.volumes[at];
		return volume.type === 'bind' && other?.type === 'bind' ? [volume.source, other.source] : undefined;
	});
	return new Map(pairs.filter(pair => pair !== undefined));
}
