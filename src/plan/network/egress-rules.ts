import {type Cidr, formatCidr} from '../../network/address.ts';
import {coversName, type Egress, type EgressTarget, readEgress, widest} from '../../network/egress.ts';
import type {NetworkInput} from '../input/network-input.ts';
import {chain} from './nft-text.ts';

/*
 * The rules of containers with an `egress`. What leaves such a container is sent to a chain of its own, before any address is translated: so
 * the list is about what the container asked for, and holds for the host and for what is behind it alike. Written as commands that may be
 * given again.
 */

/** How long an address stays open after its name was answered or it was last used, s. dnsmasq(8) tells nobody for how long an answer holds. */
const openSeconds = 3600;

/**
 * Ranges that a name does not open, whatever addresses it has: who answers for it could lead the container to what is not on the Internet
 * (DNS rebinding), such as the keys of a cloud's machine at 169.254.169.254. IANA's special-purpose addresses, RFC 6890.
 */
const closed4 = [
	'0.0.0.0/8',
	'10.0.0.0/8',
	'100.64.0.0/10',
	'127.0.0.0/8',
	'169.254.0.0/16',
	'172.16.0.0/12',
	'192.168.0.0/16',
	'224.0.0.0/3',
];

/** The table of family `bridge` with the name of another: the frames of a container are looked at before they are routed. */
export function bridgeTableOf(table: string): string {
	return table.replace(/^inet/, 'bridge');
}

/** What all containers with an `egress` share; the table itself is there. */
export function egressBase(table: string): readonly string[] {
	const bridge = bridgeTableOf(table);
	return [
		`add map ${table} egress4 { type ipv4_addr : verdict; }`,
		`add map ${table} resolvers4 { type ipv4_addr : ipv4_addr . inet_service; }`,
		`add set ${table} closed4 { type ipv4_addr; flags interval; }`,
		`add element ${table} closed4 { ${closed4.join(', ')} }`,
		`add chain ${table} egress-refuse`,
		`flush chain ${table} egress-refuse`,
		`add rule ${table} egress-refuse meta l4proto tcp reject with tcp reset`,
		`add rule ${table} egress-refuse reject with icmpx admin-prohibited`,
		...chain(table, 'egress', 'type filter hook prerouting priority mangle;', [
			// By whatever device it comes: another container, on two networks, may pass it on.
			'ip saddr vmap @egress4',
			// An address that only counts on its cable is no way out.
			'iifname @bridges ip saddr 169.254.0.0/16 ip daddr != 169.254.0.0/16 goto egress-refuse',
		]),
		// Before published ports: a container may publish port 53.
		...chain(table, 'egress-names', 'type nat hook prerouting priority -101;', [
			'meta l4proto { tcp, udp } th dport 53 fib daddr type local dnat ip to ip saddr map @resolvers4',
		]),
		// A container with CAP_NET_ADMIN or CAP_NET_RAW can send from any address: what is not from its own goes nowhere.
		`add table ${bridge}`,
		`add set ${bridge} guarded { type ifname; }`,
		`add set ${bridge} own4 { type ifname . ether_addr . ipv4_addr; }`,
		...chain(bridge, 'guard', 'type filter hook prerouting priority -300;', [
			'iifname != @guarded accept',
			'iifname . ether saddr . ip saddr @own4 accept',
			'iifname . arp saddr ether . arp saddr ip @own4 accept',
			'drop',
		]),
	];
}

/** The name of a container's chain, and the beginning of the names of its sets. */
export const egressChain = ({id}: Egress): string => `egress-${id}`;

/** Entries by name that open the same ports, and the set of their addresses. */
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
	return [...groups].map(([match, names], at) => ({set: `${egressChain(egress)}-n${at}`, names, match}));
}

/** The sets of addresses that an answer for a name, or for names below a domain, goes into. */
export function setsOf(name: string, groups: readonly NameGroup[]): readonly string[] {
	return groups.filter(({names}) => names.some(each => coversName(each, name))).map(({set}) => set);
}

function targetsOf({entries}: Egress): readonly EgressTarget[] {
	return entries.flatMap(entry => readEgress(entry) ?? []);
}

/** The elements of a list by address: blocks that are open to everything, and to one port. */
function openElements(egress: Egress): {readonly all: readonly string[]; readonly ports: readonly string[]} {
	const byPort = new Map<string, Cidr[]>();
	for (const {cidr, port} of targetsOf(egress)) {
		if (cidr?.family !== 4) continue;
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
	const {all, ports} = openElements(egress);
	const rules = [
		// Answers to who connected to the container.
		'ct direction reply ct state established,related accept',
		...(egress.resolver === undefined
			? []
			: ['fib daddr type local meta l4proto { tcp, udp } th dport 53 ip saddr @resolvers4 accept']),
		`fib daddr type unicast ip daddr @${name}-near accept`,
		...(all.length === 0 ? [] : [`ip daddr @${name}-all accept`]),
		...(ports.length === 0 ? [] : [`ip daddr . meta l4proto . th dport @${name}-ports accept`]),
		...(groups.length === 0 ? [] : ['ip daddr @closed4 goto egress-refuse']),
		// What is in use stays open.
		...groups.map(
			({set, match}) => `${match}ip daddr @${set} update @${set} { ip daddr timeout ${openSeconds}s } accept`,
		),
		'goto egress-refuse',
	];
	const elements = (set: string, list: readonly string[]): readonly string[] =>
		list.length === 0 ? [] : [`add element ${table} ${set} { ${list.join(', ')} }`];
	return [
		`add chain ${table} ${name}`,
		`flush chain ${table} ${name}`,
		...setTypes(egress).map(({set, type}) => `add set ${table} ${set} { ${type} }`),
		...elements(`${name}-all`, all),
		...elements(`${name}-ports`, ports),
		...rules.map(rule => `add rule ${table} ${name} ${rule}`),
	];
}

function setTypes(egress: Egress): readonly {readonly set: string; readonly type: string}[] {
	const name = egressChain(egress);
	const {all, ports} = openElements(egress);
	return [
		{set: `${name}-near`, type: 'type ipv4_addr; flags interval;'},
		...(all.length === 0 ? [] : [{set: `${name}-all`, type: 'type ipv4_addr; flags interval;'}]),
		...(ports.length === 0
			? []
			: [{set: `${name}-ports`, type: 'type ipv4_addr . inet_proto . inet_service; flags interval;'}]),
		...nameGroups(egress).map(({set}) => ({
			set,
			type: `type ipv4_addr; flags dynamic,timeout; timeout ${openSeconds}s;`,
		})),
	];
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
	{hostEnd, mac, address, linkLocalIps, subnet}: NetworkInput,
): readonly {readonly of: string; readonly key: string; readonly value?: string}[] {
	const {resolver} = egress;
	return [
		{of: `${table} egress4`, key: address, value: `goto ${egressChain(egress)}`},
		...(resolver === undefined
			? []
			: [{of: `${table} resolvers4`, key: address, value: `${resolver.address} . ${resolver.port}`}]),
		...[address, ...linkLocalIps].map(each => ({
			of: `${bridgeTableOf(table)} own4`,
			key: `"${hostEnd}" . ${mac} . ${each}`,
		})),
		{of: `${table} ${egressChain(egress)}-near`, key: subnet},
		{of: `${bridgeTableOf(table)} guarded`, key: `"${hostEnd}"`},
	];
}
