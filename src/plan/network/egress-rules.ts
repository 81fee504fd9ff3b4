import {type Cidr, formatCidr} from '../../network/address.ts';
import {closedRanges, coversName, type Egress, type EgressTarget, readEgress, widest} from '../../network/egress.ts';
import type {NetworkInput} from '../input/network-input.ts';
import {chain} from './nft-text.ts';

/*
 * The rules of containers with an `egress`. What leaves such a container is sent to a chain of its own, before any address is translated: so
 * the list is about what the container asked for, and holds for the host and for what is behind it alike. Written as commands that may be
 * given again.
 */

/** How long an address stays open after the answer that opened it, and after each packet to it, s. dnsmasq(8) tells nobody for how long an answer holds. */
const openSeconds = 3600;

/** A family of addresses as rules write it. */
interface Family {
	readonly number: 4 | 6;
	readonly ip: 'ip' | 'ip6';
	readonly type: 'ipv4_addr' | 'ipv6_addr';
}

const families: readonly Family[] = [
	{
		number: 4,
		ip: 'ip',
		type: 'ipv4_addr',
	},
	{
		number: 6,
		ip: 'ip6',
		type: 'ipv6_addr',
	},
];

/** The chain that refuses. */
export const refuseChain = 'egress-refuse';

/** How many destinations are remembered, of which {@link refuseChain} has traced a packet. */
const mostTraced = 4096;

/** Protocols with ports, as a set of nft. */
const ported = 'meta l4proto { tcp, udp, sctp }';

/** The table of family `bridge` with the name of another: the frames of a container are looked at before they are routed. */
export function bridgeTableOf(table: string): string {
	return table.replace(/^inet/, 'bridge');
}

/** What all containers with an `egress` share; the table itself is there. */
export function egressBase(table: string): readonly string[] {
	const bridge = bridgeTableOf(table);
	const each = (lines: (family: Family) => readonly string[]): readonly string[] => families.flatMap(lines);
	return [
		...each(({number, type}) => [
			`add map ${table} egress${number} { type ${type} : verdict; }`,
			`add map ${table} resolvers${number} { type ${type} : ${type} . inet_service; }`,
			`add set ${table} closed${number} { type ${type}; flags interval; }`,
			`add element ${table} closed${number} { ${closedRanges()
				.filter(({family}) => family === number)
				.map(formatCidr)
				.join(', ')} }`,
		]),
		...each(({number, type}) => [
			`add set ${table} refused${number} { type ${type} . ${type} . inet_proto . inet_service; flags dynamic,timeout; timeout 1m; size ${mostTraced}; }`,
		]),
		`add chain ${table} ${refuseChain}`,
		`flush chain ${table} ${refuseChain}`,
		// Who watches hears of it once a minute for each destination; without a watcher the kernel traces nothing.
		...each(({number, ip}) => {
			const key = `${ip} saddr . ${ip} daddr . meta l4proto . th dport`;
			const remember = `add @refused${number} { ${key} }`;
			return [`add rule ${table} ${refuseChain} ${ported} ${key} != @refused${number} ${remember} meta nftrace set 1`];
		}),
		`add rule ${table} ${refuseChain} ${ported.replace('{', '!= {')} limit rate 10/minute meta nftrace set 1`,
		`add rule ${table} ${refuseChain} meta l4proto tcp reject with tcp reset`,
		`add rule ${table} ${refuseChain} reject with icmpx admin-prohibited`,
		// By whatever device it comes: another container, on two networks, may pass it on.
		...chain(
			table,
			'egress',
			'type filter hook prerouting priority mangle;',
			each(({number, ip}) => [`${ip} saddr vmap @egress${number}`]),
		),
		// Before published ports: a container may publish port 53.
		...chain(
			table,
			'egress-names',
			'type nat hook prerouting priority -101;',
			each(({number, ip}) => [
				`meta l4proto { tcp, udp } th dport 53 fib daddr type local dnat ${ip} to ${ip} saddr map @resolvers${number}`,
			]),
		),
		// A container with CAP_NET_ADMIN or CAP_NET_RAW can send from any address: what is not from its own goes nowhere.
		`add table ${bridge}`,
		`add set ${bridge} guarded { type ifname; }`,
		...each(({number, type}) => [`add set ${bridge} own${number} { type ifname . ether_addr . ${type}; }`]),
		...chain(bridge, 'guard', 'type filter hook prerouting priority -300;', [
			'iifname != @guarded accept',
			'iifname . ether saddr . ip saddr @own4 accept',
			'iifname . arp saddr ether . arp saddr ip @own4 accept',
			'iifname . ether saddr . ip6 saddr @own6 accept',
			// IPv6 finds neighbours from an address of the link, which each device has besides.
			`ip6 saddr fe80::/10 icmpv6 type { ${neighbours}, nd-router-solicit, mld-listener-report, mld2-listener-report } accept`,
			'drop',
		]),
	];
}

/** How IPv6 asks for a neighbour, and answers: RFC 4861. */
const neighbours = 'nd-neighbor-solicit, nd-neighbor-advert';

/** The name of a container's chain, and the beginning of the names of its sets. */
export const egressChain = ({id}: Egress): string => `egress-${id}`;

/** Entries by name that open the same ports, and the set of their addresses, to whose name the number of a family is added. */
interface NameGroup {
	readonly set: string;
	readonly names: readonly string[];
	/** What a packet must be besides; empty for everything. */
	readonly match: string;
}

const portMatch = ({port}: EgressTarget): string =>
	port === undefined ? '' : `${port.protocol} dport ${port.number} `;

/** The entries of a list by name, by what they open. */
export function nameGroups(egress: Egress): readonly NameGroup[] {
	const groups = new Map<string, string[]>();
	for (const target of targetsOf(egress)) {
		if (target.name === undefined) continue;
		const match = portMatch(target);
		groups.set(match, [...(groups.get(match) ?? []), target.name]);
	}
	return [...groups].map(([match, names], at) => ({set: `${egressChain(egress)}-n${at}-`, names, match}));
}

/** The sets of addresses that an answer for a name, or for names below a domain, goes into: each with its family before it, as dnsmasq(8) has it. */
export function setsOf(name: string, groups: readonly NameGroup[]): readonly string[] {
	return groups
		.filter(({names}) => names.some(each => coversName(each, name)))
		.flatMap(({set}) => families.map(({number}) => `${number}#TABLE#${set}${number}`));
}

function targetsOf({entries}: Egress): readonly EgressTarget[] {
	return entries.flatMap(entry => readEgress(entry) ?? []);
}

/** The elements of a list by address: blocks that are open to everything, and to one port. */
function openElements(
	egress: Egress,
	family: 4 | 6,
): {readonly all: readonly string[]; readonly ports: readonly string[]} {
	const byPort = new Map<string, Cidr[]>();
	for (const {cidr, port} of targetsOf(egress)) {
		if (cidr?.family !== family) continue;
		const key = port === undefined ? '' : ` . ${port.protocol} . ${port.number}`;
		byPort.set(key, [...(byPort.get(key) ?? []), cidr]);
	}
	const elements = (key: string): readonly string[] =>
		widest(byPort.get(key) ?? []).map(cidr => `${formatCidr(cidr)}${key}`);
	return {all: elements(''), ports: [...byPort.keys()].filter(key => key !== '').flatMap(elements)};
}

/** The chain of a container and its sets, as commands that may be given again while it runs. */
export function egressRules(table: string, egress: Egress): readonly string[] {
	const name = egressChain(egress);
	const groups = nameGroups(egress);
	const rules = [
		// Answers to who connected to the container.
		'ct direction reply ct state established,related accept',
		`icmpv6 type { ${neighbours} } accept`,
		...families.flatMap(({number, ip}) => [
			...(egress.resolver === undefined
				? []
				: [`fib daddr type local meta l4proto { tcp, udp } th dport 53 ${ip} saddr @resolvers${number} accept`]),
			`fib daddr type unicast ${ip} daddr @${name}-near${number} accept`,
			`${ip} daddr @${name}-all${number} accept`,
			`${ip} daddr . meta l4proto . th dport @${name}-ports${number} accept`,
			...(groups.length === 0 ? [] : [`${ip} daddr @closed${number} goto ${refuseChain}`]),
			// What is in use stays open.
			...groups.map(
				({set, match}) =>
					`${match}${ip} daddr @${set}${number} update @${set}${number} { ${ip} daddr timeout ${openSeconds}s } accept`,
			),
		]),
		`goto ${refuseChain}`,
	];
	return [
		`add chain ${table} ${name}`,
		`flush chain ${table} ${name}`,
		...setTypes(egress).map(({set, type}) => `add set ${table} ${set} { ${type} }`),
		...families.flatMap(({number}) => {
			const {all, ports} = openElements(egress, number);
			return Object.entries({all, ports}).flatMap(([kind, list]) =>
				list.length === 0 ? [] : [`add element ${table} ${name}-${kind}${number} { ${list.join(', ')} }`],
			);
		}),
		...rules.map(rule => `add rule ${table} ${name} ${rule}`),
	];
}

function setTypes(egress: Egress): readonly {readonly set: string; readonly type: string}[] {
	const name = egressChain(egress);
	return families.flatMap(({number, type}) => [
		{set: `${name}-near${number}`, type: `type ${type}; flags interval;`},
		{set: `${name}-all${number}`, type: `type ${type}; flags interval;`},
		{set: `${name}-ports${number}`, type: `type ${type} . inet_proto . inet_service; flags interval;`},
		...nameGroups(egress).map(({set}) => ({
			set: `${set}${number}`,
			type: `type ${type}; flags dynamic,timeout; timeout ${openSeconds}s;`,
		})),
	]);
}

/** Commands that delete a container's chain and its sets; they fail as one while a network of it has elements. */
export function egressEnd(table: string, egress: Egress): readonly string[] {
	return [
		`delete chain ${table} ${egressChain(egress)}`,
		...setTypes(egress).map(({set}) => `delete set ${table} ${set}`),
	];
}

/** The elements by which what a container sends on a network is led to its chain: sets and maps with their table, and keys with values. */
export function egressElements(
	table: string,
	egress: Egress,
	{hostEnd, mac, addresses}: NetworkInput,
): readonly {readonly of: string; readonly key: string; readonly value?: string}[] {
	const {resolver} = egress;
	const resolverFamily = resolver?.address.includes(':') === true ? 6 : 4;
	return [
		...addresses.flatMap(({family, address, subnet}) => [
			{of: `${table} egress${family}`, key: address, value: `goto ${egressChain(egress)}`},
			...(resolver === undefined || resolverFamily !== family
				? []
				: [{of: `${table} resolvers${family}`, key: address, value: `${resolver.address} . ${resolver.port}`}]),
			{of: `${bridgeTableOf(table)} own${family}`, key: `"${hostEnd}" . ${mac} . ${address}`},
			{of: `${table} ${egressChain(egress)}-near${family}`, key: subnet},
		]),
		{of: `${bridgeTableOf(table)} guarded`, key: `"${hostEnd}"`},
	];
}
