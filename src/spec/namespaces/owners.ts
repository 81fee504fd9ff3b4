import {didYouMean} from '../../errors/did-you-mean.ts';
import type {OtherContainer} from '../model/namespace-mode.ts';
import {quoted} from '../model/parsed.ts';
import type {Dependency} from '../model/project.ts';
import type {Picker} from '../syntax/pick.ts';

/**
 * The dependencies of a service, with the services whose namespaces or mounts it shares: these start first, and when they start again so
 * does it, because its namespace is gone with their container, and their mounts may be others. Source: Compose Specification,
 * `network_mode`, `ipc`, `pid`, `volumes_from`.
 */
export function withOwners(
	dependsOn: readonly Dependency[] | undefined,
	joined: readonly {readonly key: string; readonly from: OtherContainer}[],
	{key: own, services}: {readonly key: string | undefined; readonly services: readonly string[]},
	{places, invalid}: Picker,
): readonly Dependency[] | undefined {
	const owners = joined.flatMap(({key, from}) => {
		if (!('service' in from)) return [];
		const {service} = from;
		if (services.includes(service) && service !== own) return [service];
		const near = didYouMean(
			service,
			services.filter(each => each !== own),
		);
		invalid(
			places.value([key]),
			service === own
				? `\`${key}\` names the service itself`
				: `\`${key}\` names ${quoted(service)}, which is not a service of this file`,
			near === undefined ? 'write `container:NAME` for a container of another file' : `did you mean \`${near}\`?`,
		);
		return [];
	});
	if (owners.length === 0) return dependsOn;
	const written = dependsOn ?? [];
	return [
		...written.map(each => (owners.includes(each.service) ? {...each, restart: true} : each)),
		...[...new Set(owners)]
			.filter(service => written.every(each => each.service !== service))
			.map((service): Dependency => ({service, condition: 'service_started', required: true, restart: true})),
	];
}
