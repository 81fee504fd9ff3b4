import {createHash} from 'node:crypto';
import {TsboxError} from '../errors/tsbox-error.ts';
import {type Cidr, cidrOf, formatCidr, isWithin, overlaps, parseAddress, parseCidr} from './address.ts';

/** A block that subnets are cut from. */
export interface Pool {
	/** CIDR. */
	readonly base: string;
	/** The prefix of each subnet. */
	readonly size: number;
}

/** A block that no new subnet may overlap. */
export interface UsedSubnet {
	readonly cidr: Cidr;
	/** What uses it, as the end of "it overlaps": `the network shop_default`. */
	readonly by: string;
}

/** The first is Podman's. The others are Docker's, which come last, so that tsbox meets Docker on the same machine late. */
const usual: readonly Pool[] = [
	{base: '10.89.0.0/16', size: 24},
	...Array.from({length: 15}, (_, at) => ({base: `172.${17 + at}.0.0/16`, size: 16})),
	{base: '192.168.0.0/16', size: 20},
];

/**
 * The pools of a machine whose configuration has none: for IPv4 those of other engines, for IPv6 a /48 of unique local addresses.
 * RFC 4193 wants its number random; this one is the machine's, so that networks have the same addresses after a restart.
 *
 * @param machineId - the text of /etc/machine-id; whatever tells machines apart
 */
export function defaultPools(machineId: string): readonly Pool[] {
	// machine-id(5): the id is confidential, so only a hash with a word of the application's own may be shown.
	const number = createHash('sha256').update(`tsbox networks ${machineId}`).digest('hex').slice(0, 10);
	const [a, b, c] = [number.slice(0, 2), number.slice(2, 6), number.slice(6)];
	return [...usual, {base: `fd${a}:${b}:${c}::/48`, size: 64}];
}

/**
 * The first subnet of the pools that overlaps nothing that is used.
 *
 * @throws TsboxError E_NETWORK_FULL.
 */
export function pickSubnet(pools: readonly Pool[], family: 4 | 6, used: readonly UsedSubnet[]): Cidr {
	const own = pools.flatMap(({base, size}) => {
		const cidr = parseCidr(base);
		return cidr?.family === family ? [{base: cidr, size}] : [];
	});
	for (const {base, size} of own) {
		let next = cidrOf({family, value: base.first}, size);
		while (isWithin(next, base)) {
			const taken = overlapping(next, used);
			if (taken === undefined) return next;
			// Nothing before the end of what is used can be free, and a pool may have millions of subnets.
			const after = taken.cidr.last > next.last ? taken.cidr.last : next.last;
			next = cidrOf({family, value: after + 1n}, size);
		}
	}
	const names = own.map(({base, size}) => `${formatCidr(base)} as /${size}`);
	throw new TsboxError('E_NETWORK_FULL', `no IPv${family} subnet is free`, {
		why: names.length === 0 ? `no pool has IPv${family} addresses` : `all of ${names.join(', ')} is used`,
		hint: 'choose one with --subnet or `ipam`, or add a pool to `networks.pools` of the configuration',
	});
}

/** The subnets of networks, as {@link overlapping} takes them. */
export function subnetsOf(
	networks: readonly {readonly name: string; readonly subnets: readonly {readonly subnet: string}[]}[],
): readonly UsedSubnet[] {
	return networks.flatMap(({name, subnets}) =>
		subnets.flatMap(({subnet}) => {
			const cidr = parseCidr(subnet);
			return cidr === undefined ? [] : [{cidr, by: `the network ${name}`}];
		}),
	);
}

/** The first of the used blocks that has an address in common with a subnet. */
export function overlapping(subnet: Cidr, used: readonly UsedSubnet[]): UsedSubnet | undefined {
	return used.find(({cidr}) => overlaps(subnet, cidr));
}

/** A route as `ip -json` prints it. */
interface PrintedRoute {
	readonly dst?: unknown;
	readonly dev?: unknown;
	readonly table?: unknown;
}

/** Shorter prefixes are ways to the Internet: `default`, and its halves 0.0.0.0/1 and 128.0.0.0/1, with which VPNs come before it. */
const shortest = {4: 8, 6: 7} as const;

/**
 * The destinations of all routes: the output of `ip -json -4 route show table all`, or `-6`. A subnet that overlaps one would
 * take addresses that belong to others from the host. Ways to the Internet, link-local and multicast routes are left out.
 *
 * @throws TsboxError E_SYSTEM when it is not the output of ip(8).
 */
export function routesOf(json: string): readonly UsedSubnet[] {
	let rows: unknown;
	try {
		// Without any route, ip(8) prints nothing at all.
		rows = json.trim() === '' ? [] : JSON.parse(json);
	} catch (cause) {
		throw unreadable(cause);
	}
	if (!Array.isArray(rows)) throw unreadable(undefined);
	return rows.flatMap((row: PrintedRoute | null) => {
		if (typeof row?.dst !== 'string') return [];
		const host = parseAddress(row.dst);
		const cidr = host === undefined ? parseCidr(row.dst) : cidrOf(host, host.family === 4 ? 32 : 128);
		if (cidr === undefined || cidr.prefix < shortest[cidr.family] || isOfEveryLink(cidr)) return [];
		const through = typeof row.dev === 'string' ? ` through ${row.dev}` : '';
		return [{cidr, by: `the route to ${row.dst}${through} of this host`}];
	});
}

/** Whether each interface has a route to a block, as to link-local addresses: it takes nothing from anybody. */
export function isOfEveryLink(cidr: Cidr): boolean {
	return ['fe80::/10', 'ff00::/8'].some(text => {
		const all = parseCidr(text);
		return all !== undefined && isWithin(cidr, all);
	});
}

function unreadable(cause: unknown): TsboxError {
	return new TsboxError('E_SYSTEM', 'the routes of this host cannot be read', {
		cause,
		why: '`ip -json route show table all` printed no JSON',
		hint: 'install iproute2; the ip of busybox has no -json',
	});
}
