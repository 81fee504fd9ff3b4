import {didYouMean} from '../../errors/did-you-mean.ts';
import {bad, good, type Parsed, quoted} from '../model/parsed.ts';
import type {Dependency} from '../model/project.ts';
import type {Picker} from '../syntax/pick.ts';

/** Parses an entry of `links` to the service's name: `SERVICE`, or the same twice. */
export function parseLink(text: string): Parsed<string> {
	const [service = '', alias = service, ...more] = text.split(':');
	if (service === '' || more.length > 0) return bad(`must be \`SERVICE\`, not ${quoted(text)}`);
	if (alias === service) return good(service);
	return bad(
		`gives ${quoted(service)} the name ${quoted(alias)}`,
		`write \`links: [${service}]\`, and in ${service} \`networks: {default: {aliases: [${alias}]}}\``,
	);
}

/**
 * The dependencies of a service, with those of `links`: a link is a dependency that starts the service again too.
 * Source: Compose Specification, `links`; compose-go has the same.
 */
export function withLinks(
	dependsOn: readonly Dependency[] | undefined,
	links: readonly string[] | undefined,
	services: readonly string[],
	{places, invalid}: Picker,
): readonly Dependency[] | undefined {
	if (links === undefined) return dependsOn;
	const linked = [...new Set(links)].filter((service, i) => {
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
