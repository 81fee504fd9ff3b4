import {createHash} from 'node:crypto';
import {isIP} from 'node:net';
import {TsboxError} from '../../errors/tsbox-error.ts';
import type {Host} from '../../host/host.ts';
import {findProgram} from '../../host/probe/tools.ts';
import {allIpv4Destinations, ipv4Routes, ipv6Routes} from '../../kernel/network-fields.ts';
import {type Cidr, formatAddress, formatCidr, nthHost, parseAddress, parseCidr} from '../../network/address.ts';
import {bridgeName, leastMtu6} from '../../network/names.ts';
import {pickAddress} from '../../network/pick-address.ts';
import {isOfEveryLink, overlapping, pickSubnet, subnetsOf, type UsedSubnet} from '../../network/pools.ts';
import type {AddressInput, NetworkInput, NetworksInput} from '../../plan/input/network-input.ts';
import {namespaceMtu, namespaceResolver} from '../../plan/network/plan-namespace.ts';
import type {NetworkJoin} from '../../spec/model/network.ts';
import type {Service} from '../../spec/model/project.ts';
import {present} from '../../spec/syntax/pick.ts';
import {
	allDefinitions,
	allNetworks,
	leasedAddresses,
	leasePath,
	leaseText,
	networksFolder,
	networksLock,
	type NetworkRecord,
	type RecordedSubnet,
	readDefinition,
	readLeases,
	readNetwork,
} from '../../state/network.ts';
import {containerFolder} from '../../state/record.ts';
import type {Machine} from '../machine/machine.ts';
import {egressOf} from './resolve-egress.ts';
import {externalLines} from './external-links.ts';
import {hostsLines, resolvLines} from './name-lines.ts';
import {networkPools} from './network-pools.ts';
import {outsideProgram, ownNamespace} from './own-namespace.ts';
import {parentMac, refuseHostWays, refuseParent} from './resolve-parent.ts';
import {portsOf} from './resolve-ports.ts';

/** What decides how a container is on its networks. */
export type NetworkedService = Pick<
	Service,
	| 'name'
	| 'service'
	| 'oneOff'
	| 'hostname'
	| 'namespaces'
	| 'networks'
	| 'ports'
	| 'origins'
	| 'egress'
	| 'extraHosts'
	| 'externalLinks'
	| 'dns'
	| 'dnsSearch'
	| 'dnsOpt'
>;

/**
 * Decides how a container is on its networks: subnets, addresses, devices and ports. Nothing is taken yet: the plan has steps for that, and
 * fails with E_ADDRESS_IN_USE when another start was faster.
 *
 * @param dry - nothing will be started: containers of `external_links` need not run
 * @returns null for a container without networks whose spec says nothing of names
 * @throws TsboxError E_HOST_UNSUPPORTED, E_PERMISSION, E_NETWORK_NOT_FOUND; of addresses and subnets as `pickAddress` and `pickSubnet`.
 */
export function resolveNetworks(machine: Machine, service: NetworkedService, dry = false): NetworksInput | null {
	const {networks = [], name} = service;
	const {host, dirs} = machine;
	if (networks.length === 0 || leftOut(machine, service) !== undefined) return namesAlone(machine, service);
	const trouble = deviceTrouble(machine);
	if (trouble !== undefined) throw trouble;
	const own = ownNamespace(machine, service);
	const picked: NetworkRecord[] = [];
	const known = networks.map(join => {
		const record = recordOf(machine, join, picked);
		refuseWithoutIpv6(host, join, record);
		refuseParent(machine, service, record);
		picked.push(record);
		return {join, record};
	});
	const ways = families.map(family => wayOut(known, family));
	const joins = known.map(({join, record}, at): NetworkInput => {
		const inside = join.interfaceName ?? `eth${at}`;
		const hostEnd = `tsb${hash(`${dirs.state} ${name} ${record.name}`, 11)}`;
		const onHost = record.parent === undefined ? hostEnd : '-';
		const ranges = families.flatMap(family => rangesOf(record, family));
		const taken = ranges.map(range => ({...range, address: addressOf(machine, join, record, range, name)}));
		const mac = parentMac(host, join, record) ?? join.macAddress ?? macOf(taken[0]?.address ?? '');
		const ofService = service.oneOff?.aliases === false ? [] : [service.service, ...join.aliases];
		const names = [...new Set([...ofService, name, service.hostname ?? name])];
		const addresses = taken.map(({cidr: {family, prefix}, subnet, gateway, address}): AddressInput => {
			const text = leaseText({
				address,
				container: name,
				interface: inside,
				hostEnd: onHost,
				mac,
				names: names as [string],
			});
			const lease = leasePath(dirs.state, record.name, address);
			const isDefault = ways.some(way => way?.family === family && way.record === record);
			return {family, subnet, prefix, gateway, address, lease, leaseText: text.trimEnd(), isDefault};
		});
		return {
			record,
			recordText: JSON.stringify(record),
			// A record has at least one subnet.
			addresses: addresses as [AddressInput],
			mac,
			inside,
			hostEnd,
			linkLocalIps: join.linkLocalIps,
			sysctls: join.sysctls,
		};
	});
	const all = joins.flatMap(({addresses}) => addresses);
	// Only on a bridge the host is there too.
	const onBridges = joins.filter(({record}) => record.bridge !== undefined);
	const gateways = onBridges.flatMap(({addresses}) =>
		addresses.filter(({isDefault}) => isDefault).map(({gateway}) => gateway),
	);
	const outside = onBridges.filter(({record}) => !record.internal).flatMap(({addresses}) => addresses);
	if (onBridges.length === 0) refuseHostWays(service);
	const egress = egressOf(machine, service, joins);
	return {
		...placesOf(machine, name),
		joins,
		...portsOf(machine, service, outside),
		hosts: [
			...hostsLines(service, gateways.length === 0 ? undefined : gateways),
			...externalLines(
				machine,
				service,
				joins.map(({record}) => record.name),
				dry,
			),
		],
		...present({egress}),
		resolv: resolvLines(host, egress?.resolver === undefined ? service : {...service, dns: [egress.resolver.address]}, {
			hasIpv6: all.some(({family}) => family === 6),
			resolver: own === null ? undefined : namespaceResolver,
		}),
		own,
	};
}

const families = [4, 6] as const;

/** The network by which a container reaches what is outside with addresses of a family. */
function wayOut(
	known: readonly {readonly join: NetworkJoin; readonly record: NetworkRecord}[],
	family: 4 | 6,
): {readonly family: 4 | 6; readonly record: NetworkRecord} | undefined {
	const [best] = known
		.filter(({record}) => !record.internal && rangesOf(record, family).length > 0)
		.toSorted((one, other) => other.join.gwPriority - one.join.gwPriority);
	return best && {family, record: best.record};
}

type Range = RecordedSubnet & {readonly cidr: Cidr};

/** The subnet of a network that has addresses of a family, in a list: none for a network without it. */
function rangesOf({subnets}: Pick<NetworkRecord, 'subnets'>, family: 4 | 6): readonly Range[] {
	return subnets
		.flatMap(each => {
			const cidr = parseCidr(each.subnet);
			return cidr?.family === family ? [{...each, cidr}] : [];
		})
		.slice(0, 1);
}

function placesOf(
	{dirs}: Machine,
	name: string,
): Pick<NetworksInput, 'container' | 'conf' | 'state' | 'folder' | 'lock'> {
	return {
		container: name,
		conf: containerFolder(dirs.state, name),
		state: dirs.state,
		folder: networksFolder(dirs.state),
		lock: networksLock(dirs.state),
	};
}

/** The files of names for a container on no network, each if its spec speaks of it; else the container has those of its image. */
function namesAlone(machine: Machine, service: NetworkedService): NetworksInput | null {
	const {name, extraHosts, dns, dnsSearch, dnsOpt, namespaces} = service;
	const asks = [dns, dnsSearch, dnsOpt].some(each => each !== undefined);
	if (extraHosts === undefined && !asks) return null;
	return {
		...placesOf(machine, name),
		joins: [],
		ports: [],
		published: [],
		hosts: extraHosts === undefined ? [] : hostsLines(service),
		resolv: asks ? resolvLines(machine.host, service, {isOnHost: !namespaces.includes('network')}) : [],
		own: null,
	};
}

/** The ports as they are published: what the spec left open is decided. */
export function resolvedPorts({ports}: Service, {published}: NetworksInput): Service['ports'] {
	return ports.map((port, at) => ({...port, ...present({published: published[at]})}));
}

/**
 * Why a container goes without a network that its spec does not ask for, and a service of a project has all the same; undefined where it can
 * have it, and for what is asked for, which is refused where it cannot be.
 */
export function leftOut(machine: Machine, service: NetworkedService): TsboxError | undefined {
	const {origins, networks = [], ports} = service;
	const isAsked = Object.entries(origins).some(
		([key, {kind}]) => kind !== 'default' && /^(?:networks|network_mode|egress)\b/.test(key),
	);
	if (networks.length === 0 || isAsked || ports.length > 0) return undefined;
	const trouble = deviceTrouble(machine);
	if (trouble !== undefined || machine.facts.user.uid === 0) return trouble;
	const outside = outsideProgram(machine, service);
	return typeof outside === 'string' ? undefined : outside;
}

/** The programs that make devices and rules, and the Debian packages that have them. */
const networkTools = {ip: 'iproute2', nft: 'nftables'};

function hash(text: string, length: number): string {
	return createHash('sha256').update(text).digest('hex').slice(0, length);
}

/** Docker's way: two bytes that say that it was made here, and those of the address, which are different on one network. */
function macOf(address: string): string {
	const {family, value} = parseAddress(address) ?? {family: 4, value: 0n};
	const digits = family === 4 ? value.toString(16).padStart(8, '0') : hash(address, 8);
	return `02:42:${digits.match(/../g)?.join(':') ?? ''}`;
}

function refuseWithoutIpv6(host: Host, {network, ipv6Address}: NetworkJoin, record: NetworkRecord): void {
	const {name, mtu} = record;
	if (rangesOf(record, 6).length === 0) {
		if (ipv6Address === undefined) return;
		throw new TsboxError(
			'E_SPEC_INVALID',
			`the network ${name} has no IPv6 addresses, and \`ipv6_address\` asks for one`,
			{
				hint:
					network.project === null
						? `take \`ipv6_address\` out, or make the network anew: \`tsbox network create --ipv6 ${name}\``
						: 'add `enable_ipv6: true` to the network, and start all containers on it again',
			},
		);
	}
	const off = host.readText('/proc/sys/net/ipv6/conf/all/disable_ipv6')?.trim();
	const unable = (why: string, hint: string): TsboxError =>
		new TsboxError('E_HOST_UNSUPPORTED', `the network ${name} has IPv6, which is off on this host`, {why, hint});
	if (off === undefined)
		throw unable(
			'its kernel was started with ipv6.disable=1, or made without CONFIG_IPV6',
			'take `enable_ipv6` out, or start the host without ipv6.disable=1',
		);
	if (off !== '0')
		throw unable('net.ipv6.conf.all.disable_ipv6 is 1', 'switch it on: `sysctl net.ipv6.conf.all.disable_ipv6=0`');
	if (mtu !== undefined && mtu < leastMtu6)
		throw new TsboxError('E_SPEC_INVALID', `the network ${name} has IPv6 and an MTU of ${mtu}`, {
			why: `IPv6 needs ${leastMtu6} (RFC 8200)`,
			hint: `give \`com.docker.network.driver.mtu\` at least ${leastMtu6}, or take \`enable_ipv6\` out`,
		});
}

/** Why no device of a network can be made here. */
function deviceTrouble({host, facts: {user}}: Machine): TsboxError | undefined {
	if (user.uid === 0 && !user.capabilities.includes('CAP_NET_ADMIN'))
		return new TsboxError('E_PERMISSION', 'this root lacks the capability NET_ADMIN', {
			why: 'the devices of networks are made with it',
			hint: 'start tsbox with it, or write `network_mode: none`',
		});
	const [tool, from] = Object.entries(networkTools).find(([name]) => findProgram(host, name) === undefined) ?? [];
	if (tool === undefined) return undefined;
	return new TsboxError('E_HOST_UNSUPPORTED', `this host has no ${tool}`, {
		why: 'the devices and rules of networks are made with it',
		hint: `install it (Debian: ${from}), or write \`network_mode: none\``,
	});
}

/** The network as it is, or as it will be made. */
function recordOf(machine: Machine, {network}: NetworkJoin, picked: readonly NetworkRecord[]): NetworkRecord {
	const {host, dirs} = machine;
	const running = readNetwork(host, dirs.state, network.name);
	if (running !== undefined) return running;
	const defined = readDefinition(host, dirs.store, network.name);
	// The network `bridge` is there for everybody.
	if (network.project === null && defined === undefined && network.key !== 'bridge')
		throw new TsboxError('E_NETWORK_NOT_FOUND', `there is no network ${network.name}`, {
			why: 'the spec says that it is external, so others make it',
			hint: `make it: \`tsbox network create ${network.name}\``,
		});
	const {driver, parent, internal, labels, bridge, mtu, subnets} = defined ?? network;
	const wanted = defined === undefined ? families.filter(family => network[`enableIpv${family}`]) : families;
	const used = [
		...subnetsOf(
			[...allNetworks(host, dirs.state), ...picked, ...allDefinitions(host, dirs.store)].filter(
				({name}) => name !== network.name,
			),
		),
		// A network on a device of the host is meant to have the subnet of that device, to which there is a route.
		...(driver === 'bridge' ? wanted.flatMap(family => routedSubnets(host, family)) : []),
	];
	const ranges = wanted.flatMap(family => {
		const asked = subnets.find(({subnet}) => parseCidr(subnet)?.family === family);
		if (asked === undefined && defined !== undefined) return [];
		const cidr =
			asked === undefined
				? pickSubnet(networkPools(machine), family, used)
				: freeSubnet(asked.subnet, used, network.key);
		const {gateway = formatFirst(cidr), ipRange, auxAddresses = {}} = asked ?? {};
		const hasOthers = Object.keys(auxAddresses).length > 0;
		return [
			{subnet: formatCidr(cidr), gateway, ...present({ipRange, auxAddresses: hasOthers ? auxAddresses : undefined})},
		];
	});
	return {
		schema: 1,
		name: network.name,
		project: network.project,
		...(network.project === null ? {} : {key: network.key}),
		driver,
		...(parent === undefined ? {bridge: bridge ?? bridgeName(dirs.state, network.name)} : {parent}),
		subnets: ranges,
		internal,
		...present({mtu: mtu ?? (machine.facts.user.uid === 0 ? undefined : namespaceMtu)}),
		labels,
	};
}

function formatFirst(cidr: Cidr): string {
	const first = nthHost(cidr, 0n);
	return first === undefined ? '' : formatAddress(first);
}

function freeSubnet(text: string, used: readonly UsedSubnet[], key: string): Cidr {
	const cidr = parseCidr(text);
	if (cidr === undefined) throw new TypeError(`${text} is no subnet`);
	const other = overlapping(cidr, used);
	if (other === undefined) return cidr;
	throw new TsboxError('E_NETWORK_TAKEN', `the subnet ${text} of the network ${key} is taken`, {
		why: `it overlaps ${other.by}`,
		hint: 'choose another one, or leave `ipam` out',
	});
}

/**
 * Where routes of the host lead to, of one family; of IPv4 those of all tables. What is read is an input of the kept plan, and the table of IPv6
 * counts users of routes: it is left alone unless it is needed.
 */
function routedSubnets(host: Host, family: 4 | 6): readonly UsedSubnet[] {
	const text = host.readText(family === 4 ? '/proc/net/route' : '/proc/net/ipv6_route') ?? '';
	const routes = family === 4 ? ipv4Routes(text) : ipv6Routes(text);
	const all = family === 4 ? allIpv4Destinations(host.readText('/proc/net/fib_trie') ?? '') : routes;
	return all.flatMap(({network, prefix}) => {
		// Shorter prefixes are ways to the Internet.
		const cidr = prefix < 8 ? undefined : parseCidr(`${network}/${prefix}`);
		const device = routes.find(each => each.network === network && each.prefix === prefix)?.interface;
		const through = device === undefined ? '' : ` through ${device}`;
		return cidr === undefined || isOfEveryLink(cidr)
			? []
			: [{cidr, by: `the route to ${network}/${prefix}${through} of this host`}];
	});
}

function addressOf(
	{host, dirs}: Machine,
	join: NetworkJoin,
	{name}: NetworkRecord,
	{cidr: subnet, gateway, ipRange, auxAddresses = {}}: Range,
	container: string,
): string {
	const {family} = subnet;
	const wanted = join[`ipv${family}Address`];
	const leases = readLeases(host, dirs.state, name).filter(({address}) => isIP(address) === family);
	// A start that was killed may have left its own.
	const owners = new Map(leases.map(lease => [lease.address, lease.container]));
	const own = leases.find(lease => lease.container === container);
	if (own !== undefined && (wanted === undefined || wanted === own.address)) return own.address;
	for (const address of leasedAddresses(host, dirs.state, name))
		if (!owners.has(address)) owners.set(address, 'a container');
	const inner = ipRange === undefined ? undefined : parseCidr(ipRange);
	return pickAddress(
		{
			network: name,
			subnet,
			gateway: parseAddress(gateway) ?? {family, value: subnet.first + 1n},
			auxAddresses,
			...present({ipRange: inner}),
		},
		owners,
		{container, ...present({address: wanted})},
	);
}
