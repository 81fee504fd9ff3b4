import type {NetworkJoin} from '../model/network.ts';
import {quoted} from '../model/parsed.ts';
import type {Service} from '../model/project.ts';
import type {Problem} from '../syntax/problem.ts';
import type {Path, Places} from '../syntax/tree.ts';

const addressKeys = {ipv4Address: 'ipv4_address', ipv6Address: 'ipv6_address', macAddress: 'mac_address'} as const;

interface Use {
	readonly service: Service;
	readonly join: NetworkJoin;
	readonly key: (typeof addressKeys)[keyof typeof addressKeys];
	readonly address: string;
	readonly places: Places | undefined;
}

/** Reports addresses that several containers of a file have on one network: replicas of one service too. */
export function sharedAddresses(
	services: readonly Service[],
	places: readonly (Places | undefined)[],
): readonly Problem[] {
	const uses = services.flatMap((service, at) =>
		(service.networks ?? []).flatMap(join =>
			Object.entries(addressKeys).flatMap(([field, key]): readonly Use[] => {
				const address = join[field as keyof typeof addressKeys];
				return address === undefined ? [] : [{service, join, key, address, places: places[at]}];
			}),
		),
	);
	const first = new Map<string, Use>();
	const told = new Set<string>();
	return uses.flatMap((use): readonly Problem[] => {
		const {service, join, key, address} = use;
		const id = `${join.network.name} ${address}`;
		const before = first.get(id);
		first.set(id, before ?? use);
		// Of replicas, one problem is enough.
		if (before === undefined || use.places === undefined || told.has(`${id} ${service.service}`)) return [];
		told.add(`${id} ${service.service}`);
		const isOwn = before.service.service === service.service;
		const inner: Path = ['networks', join.network.key, key];
		const place = use.places.value(use.places.has(inner) ? inner : [key]);
		const message = isOwn
			? `the containers of the service cannot share the address ${quoted(address)}`
			: `${quoted(before.service.service)} has the address ${quoted(address)} on the same network`;
		const hint = isOwn ? `take \`${key}\` out, or run one container` : 'give one of them another address';
		return [{code: 'E_SPEC_INVALID', place, message, hint}];
	});
}
