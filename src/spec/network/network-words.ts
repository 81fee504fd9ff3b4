/* Formats values of networks in the words of a spec. */
import type {ExtraHost, NetworkJoin} from '../model/network.ts';

/** Formats how a container is on a network: the network's name, and what the spec sets. */
export function joinWord(join: NetworkJoin): string {
	const {network, aliases, ipv4Address, ipv6Address, macAddress, interfaceName, linkLocalIps} = join;
	return [
		network.name,
		...[ipv4Address, ipv6Address, ...linkLocalIps, macAddress].filter(part => part !== undefined),
		...(interfaceName === undefined ? [] : [`as ${interfaceName}`]),
		...(aliases.length === 0 ? [] : [`aliases ${aliases.join(', ')}`]),
		...(join.priority === 0 ? [] : [`priority ${join.priority}`]),
		...(join.gwPriority === 0 ? [] : [`gateway priority ${join.gwPriority}`]),
		...Object.entries(join.sysctls).map(([name, value]) => `${name}=${value}`),
	].join(' ');
}

/** Formats `extra_hosts`: the address of each name. */
export function hostWords(hosts: readonly ExtraHost[]): Readonly<Record<string, string>> {
	const names = new Set(hosts.map(({name}) => name));
	return Object.fromEntries(
		[...names].map(name => [name, hosts.flatMap(host => (host.name === name ? [host.address] : [])).join(', ')]),
	);
}
