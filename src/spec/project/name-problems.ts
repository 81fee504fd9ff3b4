import {areTogether} from '../keys/profiles.ts';
import type {SpecRequest} from '../keys/request.ts';
import {quoted} from '../model/parsed.ts';
import type {Service} from '../model/project.ts';
import type {Problem} from '../syntax/problem.ts';
import type {Places} from '../syntax/tree.ts';
import {parseName} from '../values/container-name.ts';

/**
 * Reports names that no container can have, and those of several that can be there at the same time.
 *
 * @param active - the services with an active profile; undefined where that is not asked
 */
export function nameProblems(
	services: readonly Service[],
	places: readonly (Places | undefined)[],
	{options}: SpecRequest,
	active: readonly string[] | undefined,
): readonly Problem[] {
	const option = {kind: 'option', option: '--name'} as const;
	if (options?.name !== undefined) {
		if (services.length > 1) {
			return [
				{
					code: 'E_USAGE',
					place: option,
					message: `the file has ${services.length} containers, which cannot share a name`,
					hint: 'give one a `container_name` in the spec, or all another `name` on top of it',
				},
			];
		}
		const name = parseName(options.name);
		return name.ok ? [] : [{code: 'E_USAGE', place: option, message: `it ${name.problem}`}];
	}
	return services.flatMap((service, i): readonly Problem[] => {
		const {name, origins} = service;
		const at = places[i];
		if (at === undefined) return [];
		const place = origins['name']?.kind === 'default' ? at.key([]) : at.value(['container_name']);
		if (services.slice(0, i).some(other => other.name === name && areTogether(other, service, active))) {
			const hint = 'give one of them a `container_name`';
			return [{code: 'E_SPEC_INVALID', place, message: `two containers have the name ${quoted(name)}`, hint}];
		}
		const parsed = parseName(name);
		if (parsed.ok) return [];
		return [{code: 'E_SPEC_INVALID', place, message: `the name ${parsed.problem}`, hint: 'write a `container_name`'}];
	});
}
