import {createHash} from 'node:crypto';
import type {PublishedPort} from '../input/network-input.ts';

/*
 * The rules of all networks: one table of tsbox's own. What differs between networks and containers stands in sets and maps, so that a start
 * adds elements and no rules. Written as commands that may be given again: `add` of what is there does nothing, and chains are flushed before
 * their rules. nft(8).
 */

/** Family and name of the table of a state folder: `inet tsbox`, and for other folders than root's usual one a name of their own. */
export function tableOf(state: string): string {
	return state === '/run/tsbox'
		? 'inet tsbox'
		: `inet tsbox-${createHash('sha256').update(state).digest('hex').slice(0, 8)}`;
}

/** Commands that make a base chain, or give it these rules. */
export function chain(table: string, name: string, hook: string, rules: readonly string[]): readonly string[] {
	return [
		`add chain ${table} ${name} { ${hook} }`,
		`flush chain ${table} ${name}`,
		...rules.map(rule => `add rule ${table} ${name} ${rule}`),
	];
}

/** The kernel drops an answer to ::1 that comes from a bridge, and IPv6 has no route_localnet: `localhost` has to fall back to 127.0.0.1 at once. */
const publish = [
	'fib daddr type local dnat ip to ip daddr . meta l4proto . th dport map @ports4at',
	'fib daddr type local dnat ip to meta l4proto . th dport map @ports4',
	'fib daddr type local ip6 daddr != ::1 dnat ip6 to ip6 daddr . meta l4proto . th dport map @ports6at',
	'fib daddr type local ip6 daddr != ::1 dnat ip6 to meta l4proto . th dport map @ports6',
];

/** The table without elements. */
export function baseRules(table: string): readonly string[] {
	return [
		`add table ${table}`,
		`add set ${table} bridges { type ifname; }`,
		`add set ${table} internal { type ifname; }`,
		`add set ${table} same { type ifname . ifname; }`,
		`add set ${table} subnets4 { type ipv4_addr; flags interval; }`,
		`add set ${table} subnets6 { type ipv6_addr; flags interval; }`,
		`add map ${table} ports4 { type inet_proto . inet_service : ipv4_addr . inet_service; }`,
		`add map ${table} ports4at { type ipv4_addr . inet_proto . inet_service : ipv4_addr . inet_service; }`,
		`add map ${table} ports6 { type inet_proto . inet_service : ipv6_addr . inet_service; }`,
		`add map ${table} ports6at { type ipv6_addr . inet_proto . inet_service : ipv6_addr . inet_service; }`,
		// With route_localnet a container could reach what listens on the loopback device of the host: CVE-2020-8558.
		...chain(table, 'guard', 'type filter hook prerouting priority raw;', [
			'iifname @bridges ip daddr 127.0.0.0/8 drop',
		]),
		...chain(table, 'prerouting', 'type nat hook prerouting priority dstnat;', publish),
		...chain(table, 'output', 'type nat hook output priority -100;', publish),
		...chain(table, 'postrouting', 'type nat hook postrouting priority srcnat;', [
			// From localhost: the container could not answer to 127.0.0.1.
			'oifname @bridges ip saddr 127.0.0.0/8 masquerade',
			// A container that reaches another by a port of the host: the answer must come back the same way.
			'ct status dnat ip saddr @subnets4 ip daddr @subnets4 masquerade',
			'ip saddr @subnets4 oifname != @bridges masquerade',
			'ct status dnat ip6 saddr @subnets6 ip6 daddr @subnets6 masquerade',
			'ip6 saddr @subnets6 oifname != @bridges masquerade',
		]),
		...chain(table, 'forward', 'type filter hook forward priority filter;', [
			'iifname . oifname @same accept',
			'iifname @internal drop',
			'oifname @internal drop',
			'ct status dnat accept',
			'iifname @bridges oifname @bridges drop',
			'oifname @bridges ct state established,related accept',
			'oifname @bridges drop',
		]),
	];
}

/** A network as the rules know it. */
export interface RuledNetwork {
	readonly bridge: string;
	/** CIDRs. */
	readonly subnets: readonly string[];
	readonly internal: boolean;
}

/** The elements of a network. */
export function networkElements({bridge, subnets, internal}: RuledNetwork): readonly string[] {
	return [
		`bridges { "${bridge}" }`,
		`same { "${bridge}" . "${bridge}" }`,
		...subnets.map(subnetElement),
		...(internal ? [`internal { "${bridge}" }`] : []),
	];
}

/** The element of a network by one of its subnets. */
export function subnetElement(subnet: string): string {
	return `subnets${familyOf(subnet)} { ${subnet} }`;
}

function familyOf(address: string): 4 | 6 {
	return address.includes(':') ? 6 : 4;
}

function portKey({hostIp, published, protocol, address}: PublishedPort): string {
	const map = `ports${familyOf(address)}`;
	return hostIp === undefined
		? `${map} { ${protocol} . ${published}`
		: `${map}at { ${hostIp} . ${protocol} . ${published}`;
}

/** The elements of published ports. */
export function portElements(ports: readonly PublishedPort[]): readonly string[] {
	return ports.map(port => `${portKey(port)} : ${port.address} . ${port.target} }`);
}

/** The same by their keys, to delete them. */
export function portKeys(ports: readonly PublishedPort[]): readonly string[] {
	return ports.map(port => `${portKey(port)} }`);
}
