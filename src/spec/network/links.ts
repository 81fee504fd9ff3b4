import {didYouMean} from '../../errors/did-you-mean.ts';
import {bad, good, type Parsed, quoted} from '../model/parsed.ts';
import type {Dependency, Service} from '../model/project.ts';
import type {Picker} from '../syntax/pick.ts';
import {parseName} from '../values/container-name.ts';
import {parseAlias} from './network-values.ts';

/** An entry of `links`. */
export interface Link {
	readonly service: string;
	/** Another name by which the service is found. */
	readonly alias: string | undefined;
}

/** Parses an entry of `links`: `SERVICE`, or `SERVICE:ALIAS`. */
export function parseLink(text: string): Parsed<Link> {
	const [service = '', alias, ...more] = text.split(':');
	if (service === '' || more.length > 0) return bad(`must be \`SERVICE\` or \`SERVICE:ALIAS\`, not ${quoted(text)}`);
	if (alias === undefined || alias === service) return good({service, alias: undefined});
	const checked = parseAlias(alias);
	return checked.ok ? good({service, alias}) : bad(`has an alias that ${checked.problem}`);
}

/**
 * The services with the aliases that links of others give them, on the networks that both are on. Unlike with Docker all containers of such a
 * network find a service by it.
 */
export function withLinkAliases(
	services: readonly Service[],
	linksOf: (service: string) => readonly Link[],
): readonly Service[] {
	const given = services.flatMap(({service, networks = []}) =>
		linksOf(service).flatMap(link => (link.alias === undefined ? [] : [{...link, networks}])),
	);
	if (given.length === 0) return services;
	return services.map((service): Service => {
		const own = given.filter(link => link.service === service.service);
		if (own.length === 0 || service.networks === undefined) return service;
		const networks = service.networks.map(join => {
			const more = own.flatMap(({alias = '', networks: others}) =>
				others.some(({network}) => network.name === join.network.name) ? [alias] : [],
			);
			return {...join, aliases: [...new Set([...join.aliases, ...more])]};
		});
		return {...service, networks};
	});
}

/** Parses an entry of `external_links` to `CONTAINER:ALIAS`; a container alone has its own name for an alias. */
export function parseExternalLink(text: string): Parsed<string> {
	const [container = '', alias = container, ...more] = text.split(':');
	const name = parseName(container);
	if (!name.ok || more.length > 0) return bad(`must be \`CONTAINER\` or \`CONTAINER:ALIAS\`, not ${quoted(text)}`);
	const known = parseAlias(alias);
	return known.ok ? good(`${container}:${alias}`) : bad(`has the alias ${quoted(alias)}, which ${known.problem}`);
}

/**
 * The dependencies of a service, with those of `links`: a link is a dependency that starts the service again too.
 * Source: Compose Specification, `links`; compose-go has the same.
 */
export function withLinks(
	dependsOn: readonly Dependency[] | undefined,
	links: readonly Link[] | undefined,
	services: readonly string[],
	{places, invalid}: Picker,
): readonly Dependency[] | undefined {
	if (links === undefined) return dependsOn;
	const linked = links
		.map(({service}) => service)
		.filter((service, i, all) => {
			if (all.indexOf(service) < i) return false;
			if (services.includes(service)) return true;
			const near = didYouMean(service, services);
			invalid(
				places.value(['links', i]),
				`\`links\` names ${quoted(service)}, which is not a service of this file`,
				near === undefined ? 'take it out' : `did you mean \`${near}\`?`,
			);
			return false;
		});
	const written = dependsOn ?? [];
	return [
		...written,
		...linked
			.filter(service => written.every(each => each.service !== service))
			.map((service): Dependency => ({service, condition: 'service_started', required: true, restart: true})),
	];
}
