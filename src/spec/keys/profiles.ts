import {didYouMean} from '../../errors/did-you-mean.ts';
import type {Lookup} from '../syntax/interpolate.ts';
import {bad, good, type Parsed, quoted} from '../model/parsed.ts';
import type {Problem} from '../syntax/problem.ts';
import type {Service} from '../model/project.ts';
import type {SpecRequest} from './request.ts';
import type {Places} from '../syntax/tree.ts';

/**
 * Parses a profile's name; Compose Specification, "profiles". Files have an empty one too: it is active where no other is asked for,
 * as Compose splits an empty COMPOSE_PROFILES.
 */
export function parseProfile(name: string): Parsed<string> {
	if (/^(?:[a-zA-Z0-9][a-zA-Z0-9_.-]*)?$/.test(name)) return good(name);
	return bad(`must begin with a letter or digit and hold only \`a-z A-Z 0-9 _ . -\`, not ${quoted(name)}`);
}

/**
 * The active services: those without profiles, and those with an active profile. As in Compose, `--profile` replaces
 * COMPOSE_PROFILES, a service that the user names activates its own profiles, and `*` activates all.
 */
export function activeServices(
	services: readonly Service[],
	{profiles = [], named = []}: Pick<SpecRequest, 'profiles' | 'named'>,
	variables: Lookup,
): readonly string[] {
	const asked = profiles.length > 0 ? profiles : (variables('COMPOSE_PROFILES')?.value ?? '').split(',');
	const brought = services.flatMap(each => (named.includes(each.service) ? (each.profiles ?? []) : []));
	const active = new Set([...asked.map(name => name.trim()), ...brought]);
	return services
		.filter(({profiles: own = []}) => own.length === 0 || active.has('*') || own.some(name => active.has(name)))
		.map(({service}) => service);
}

/** Whether two services can be there at the same time: both are active, or with profiles not known one has none or both share one. */
export function areTogether(one: Service, other: Service, active: readonly string[] | undefined): boolean {
	if (active !== undefined) return active.includes(one.service) && active.includes(other.service);
	const [own = [], others = []] = [one.profiles, other.profiles];
	return own.length === 0 || others.length === 0 || own.some(profile => others.includes(profile));
}

/** Reports requested profiles that no service has, and services that depend on an inactive service. */
export function profileProblems(
	services: readonly Service[],
	places: readonly Places[],
	active: readonly string[],
	{profiles = []}: Pick<SpecRequest, 'profiles'>,
): readonly Problem[] {
	const known = [...new Set(services.flatMap(each => each.profiles ?? []))].filter(name => name !== '');
	const strange = profiles.filter(name => name !== '*' && name !== '' && !known.includes(name));
	return [
		...strange.map((name): Problem => {
			const near = didYouMean(name, known);
			return {
				code: 'E_USAGE',
				place: {kind: 'option', option: '--profile'},
				message: `no service has the profile ${quoted(name)}`,
				hint:
					near === undefined
						? known.length === 0
							? 'take it out'
							: `the profiles are ${known.join(', ')}`
						: `did you mean ${near}?`,
			};
		}),
		...services.flatMap((service, at): readonly Problem[] => {
			const place = places[at]?.value(['depends_on']);
			if (place === undefined || !active.includes(service.service)) return [];
			return (service.dependsOn ?? []).flatMap(({service: other, required}): readonly Problem[] => {
				const needed = services.find(each => each.service === other);
				if (!required || needed === undefined || active.includes(other)) return [];
				const [profile = ''] = needed.profiles ?? [];
				return [
					{
						code: 'E_SPEC_INVALID',
						place,
						message: `${quoted(service.service)} depends on ${quoted(other)}, whose profile is not active`,
						hint: `add \`--profile ${profile}\`, or write \`required: false\``,
					},
				];
			});
		}),
	];
}
