/* Parsers for the files of /proc/PID/net; proc_pid_net(5). Pure functions of their texts. */
import {addressOfBytes, addressOfWords, ipv4Number} from './ip-address.ts';

/** Traffic of an interface. */
export interface InterfaceCounts {
	readonly name: string;
	readonly rxBytes: number;
	readonly txBytes: number;
	readonly rxPackets: number;
	readonly txPackets: number;
}

/** Parses net/dev. Bytes and packets are the 1st, 2nd, 9th, and 10th number after a name. */
export function interfaceCounts(dev: string): readonly InterfaceCounts[] {
	return dev
		.split('\n')
		.slice(2)
		.flatMap(line => {
			const [name = '', numbers] = line.split(':');
			if (numbers === undefined) return [];
			const row = numbers.trim().split(/\s+/).map(Number);
			const [rxBytes = 0, rxPackets = 0] = row;
			return [{name: name.trim(), rxBytes, txBytes: row[8] ?? 0, rxPackets, txPackets: row[9] ?? 0}];
		});
}

/** A route. */
export interface Route {
	readonly interface: string;
	readonly network: string;
	readonly prefix: number;
	/** Undefined for a directly connected network. */
	readonly gateway?: string;
}

const unspecified = '00000000';

/** Parses net/route, which lists only the main table. Columns: interface, destination, gateway, ..., mask as the eighth. */
export function ipv4Routes(route: string): readonly Route[] {
	return route
		.split('\n')
		.slice(1)
		.flatMap(line => {
			const [name = '', network = '', gateway = '', , , , , mask] = line.trim().split(/\s+/);
			if (mask === undefined) return [];
			const prefix = ipv4Number(addressOfWords(mask)).toString(2).replaceAll('0', '').length;
			const via = gateway === unspecified ? {} : {gateway: addressOfWords(gateway)};
			return [{interface: name, network: addressOfWords(network), prefix, ...via}];
		});
}

/**
 * The destinations of the routes of all tables, from net/fib_trie, each once: leaves such as `/24 link UNICAST`. Addresses of this host
 * itself and broadcasts are left out. Source: fib_trie_seq_show of net/ipv4/fib_trie.c.
 */
export function allIpv4Destinations(trie: string): readonly Pick<Route, 'network' | 'prefix'>[] {
	const found = [...trie.matchAll(/\|-- (\S+)\n((?:\s+\/\d+ \w+ \w+.*\n?)+)/g)].flatMap(
		([, network = '', kinds = '']) =>
			[...kinds.matchAll(/\/(\d+) \w+ (?!LOCAL|BROADCAST|ANYCAST|MULTICAST)\w+/g)].map(
				([, prefix]) => `${network}/${prefix}`,
			),
	);
	return [...new Set(found)].map(each => {
		const [network = '', prefix] = each.split('/');
		return {network, prefix: Number(prefix)};
	});
}

/** An IPv4 address of an interface. */
export interface Ipv4Address {
	readonly address: string;
	/** Undefined when no route tells it. */
	readonly prefix?: number;
	/** Undefined when no route tells it. */
	readonly interface?: string;
}

/**
 * The IPv4 addresses. No file in /proc lists addresses by interface. net/fib_trie has the addresses alone, as leaves
 * `/32 host LOCAL`. An interface that has an address with a prefix gets a route to that network (fib_add_ifaddr,
 * net/ipv4/fib_frontend.c), so the narrowest route without a gateway tells interface and prefix. 127.0.0.0/8 belongs to lo; its route
 * is in the local table, which net/route does not list. An address without such a route, for example one with /32, gets neither.
 */
export function ipv4Addresses(trie: string, routes: readonly Route[]): readonly Ipv4Address[] {
	const leaves = [...trie.matchAll(/\|-- (\S+)\n((?:\s+\/\d+ \w+ \w+.*\n?)+)/g)];
	const own = leaves.flatMap(([, address = '', kinds = '']) => (/\/32 host LOCAL/.test(kinds) ? [address] : []));
	const local = leaves.flatMap(([, network = '', kinds = '']) =>
		[...kinds.matchAll(/\/(\d+) host LOCAL/g)]
			.map(([, prefix]) => ({interface: 'lo', network, prefix: Number(prefix)}))
			.filter(({prefix}) => prefix < 32),
	);
	const linked = [...routes.filter(({gateway, prefix}) => gateway === undefined && prefix > 0), ...local];
	return [...new Set(own)].map(address => {
		const [best] = linked
			.filter(({network, prefix}) => isWithin(address, network, prefix))
			.toSorted((one, other) => other.prefix - one.prefix);
		return best === undefined ? {address} : {address, prefix: best.prefix, interface: best.interface};
	});
}

function isWithin(address: string, network: string, prefix: number): boolean {
	const size = 2 ** (32 - prefix);
	return Math.floor(ipv4Number(address) / size) === Math.floor(ipv4Number(network) / size);
}

/** The IPv6 addresses with prefix lengths, by interface, from net/if_inet6. */
export function ipv6Addresses(table: string): readonly {readonly interface: string; readonly address: string}[] {
	return table.split('\n').flatMap(line => {
		const [hex = '', , prefix = '', , , name] = line.trim().split(/\s+/);
		if (name === undefined) return [];
		return [{interface: name, address: `${addressOfBytes(hex)}/${Number.parseInt(prefix, 16)}`}];
	});
}

/** RTF_UP, and the flags of the kernel's internal routes: RTF_REJECT, RTF_CACHE, and RTF_LOCAL; linux/ipv6_route.h. */
const flags = {up: 0x1, own: 0x8100_0200} as const;

/** Parses net/ipv6_route, without local and multicast routes. */
export function ipv6Routes(table: string): readonly Route[] {
	return table.split('\n').flatMap(line => {
		const [network = '', prefix = '', , , gateway = '', , , , state = '', name] = line.trim().split(/\s+/);
		const bits = Number.parseInt(state, 16);
		if (name === undefined || (bits & flags.up) === 0 || (bits & flags.own) !== 0 || network.startsWith('ff'))
			return [];
		const via = /^0+$/.test(gateway) ? {} : {gateway: addressOfBytes(gateway)};
		return [{interface: name, network: addressOfBytes(network), prefix: Number.parseInt(prefix, 16), ...via}];
	});
}

/** Routes in the format of ip-route(8): `default via 10.0.0.1 dev eth0`. */
export function routeWords(routes: readonly Route[]): readonly string[] {
	return routes.map(({network, prefix, gateway, interface: name}) =>
		routeText(prefix === 0 ? 'default' : `${network}/${prefix}`, gateway, name),
	);
}

function routeText(target: string, gateway: string | undefined, name: string): string {
	return gateway === undefined ? `${target} dev ${name}` : `${target} via ${gateway} dev ${name}`;
}
