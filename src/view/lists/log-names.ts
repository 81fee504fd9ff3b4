import {labelOf} from '../../spec/keys/replicas.ts';
import type {Service} from '../../spec/model/project.ts';
import {containerNameOf} from '../../spec/values/container-name.ts';

type Named = Pick<Service, 'service' | 'replica' | 'oneOff' | 'name'>;

/**
 * What stands before the lines of containers: by default their labels, as `web` and `web-2`.
 *
 * @param project - with it, the names that docker compose writes: `web-1` without the project's name, a name of its own whole, and one
 * more space than the longest needs
 */
export function logNames(containers: readonly Named[], project?: string): ReadonlyMap<string, string> {
	const names = containers.map(
		each => [labelOf(each), project === undefined ? labelOf(each) : shortName(each, project)] as const,
	);
	if (project === undefined) return new Map(names);
	const width = Math.max(0, ...names.map(([, {length}]) => length));
	return new Map(names.map(([label, name]) => [label, `${name.padEnd(width)} `]));
}

function shortName({service, replica = 1, name}: Named, project: string): string {
	const byDefault = containerNameOf(project, service, replica);
	return name === byDefault ? byDefault.slice(project.length + 1) : name;
}
