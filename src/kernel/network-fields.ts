/* What the files of /proc/PID/net say of a network namespace; proc_pid_net(5). Pure: texts in, facts out. */
import {addressOfBytes, addressOfWords, ipv4Number} from './ip-address.ts';

/** What went over an interface. */
export interface InterfaceCounts {
	readonly name: string;
	readonly rxBytes: number;
	readonly txBytes: number;
	readonly rxPackets: number;
	readonly txPackets: number;
}

/** The interfaces of net/dev; bytes and packets are the 1st, 2nd, 9th and 10th number behind a name. */
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

/** A route of IPv4. */
export interface Route {
	readonly interface: string;
	readonly network: string;
	readonly prefix: number;
	/** Undefined for what is reached without one. */
	readonly gateway?: string;
}

const unspecified = '00000000';

/** The routes of net/route, which has the main table alone; columns: interface, destination, gateway, ..., mask as the eighth. */
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

/** An address of IPv4. */
export interface Ipv4Address {
	readonly address: string;
	/** Undefined where no route tells it. */
	readonly prefix?: number;
	/** Undefined where no route tells it. */
	readonly interface?: string;
}

/**
 * The addresses of IPv4. Nothing in /proc says which interface has which: net/fib_trie has the addresses, as leaves
 * `/32 host LOCAL`. An interface that has an address with a prefix gets a route to that network (fib_add_ifaddr,
 * net/ipv4/fib_frontend.c), so the narrowest route without a gateway tells both. 127.0.0.0/8 is of lo, whose route is in the
 * local table, which net/route does not have. An address without such a route, as one with /32, has neither.
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

/** The addresses of IPv6 with their prefix lengths, by interface: net/if_inet6 says it all. */
export function ipv6Addresses(table: string): readonly {readonly interface: string; readonly address: string}[] {
	return table.split('\n').flatMap(line => {
		const [hex = '', , prefix = '', , , name] = line.trim().split(/\s+/);
		if (name === undefined) return [];
		return [{interface: name, address: `${addressOfBytes(hex)}/${Number.parseInt(prefix, 16)}`}];
	});
}

/** RTF_UP, and of the routes that are there for the kernel's own use RTF_REJECT, RTF_CACHE and RTF_LOCAL; linux/ipv6_route.h. */
const flags = {up: 0x1, own: 0x8100_0200} as const;

/** The routes of net/ipv6_route, in words of ip-route(8); without those to own addresses and to multicast. */
export function ipv6RouteWords(table: string): readonly string[] {
	return table.split('\n').flatMap(line => {
		const [network = '', prefix = '', , , gateway = '', , , , state = '', name] = line.trim().split(/\s+/);
		const bits = Number.parseInt(state, 16);
		if (name === undefined || (bits & flags.up) === 0 || (bits & flags.own) !== 0 || network.startsWith('ff'))
			return [];
		const length = Number.parseInt(prefix, 16);
		const target = length === 0 ? 'default' : `${addressOfBytes(network)}/${length}`;
		return [routeText(target, /^0+$/.test(gateway) ? undefined : addressOfBytes(gateway), name)];
	});
}

/** Routes of IPv4 in words of ip-route(8): `default via 10.0.0.1 dev eth0`. */
export function ipv4RouteWords(routes: readonly Route[]): readonly string[] {
	return routes.map(({network, prefix, gateway, interface: name}) =>
		routeText(prefix === 0 ? 'default' : `${network}/${prefix}`, gateway, name),
	);
}

function routeText(target: string, gateway: string | undefined, name: string): string {
	return gateway === undefined ? `${target} dev ${name}` : `${target} via ${gateway} dev ${name}`;
}
