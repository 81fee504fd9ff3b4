import {createHash} from 'node:crypto';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {findProgram} from '../../host/probe/tools.ts';
import {ipv4Routes} from '../../kernel/network-fields.ts';
import {type Cidr, formatAddress, nthHost, parseAddress, parseCidr} from '../../network/address.ts';
import {bridgeName} from '../../network/names.ts';
import {pickAddress} from '../../network/pick-address.ts';
import {overlapping, pickSubnet, subnetsOf, type UsedSubnet} from '../../network/pools.ts';
import type {NetworkInput, NetworksInput, PublishedPort} from '../../plan/input/network-input.ts';
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
	readDefinition,
	readLeases,
	readNetwork,
} from '../../state/network.ts';
import {containerFolder} from '../../state/record.ts';
import type {Machine} from '../machine/machine.ts';
import {egressOf} from './resolve-egress.ts';
import {freePort} from './free-port.ts';
import {hostsLines, resolvLines} from './name-lines.ts';
import {networkPools} from './network-pools.ts';

/** What decides how a container is on its networks. */
export type NetworkedService = Pick<
	Service,
	| 'name'
	| 'service'
	| 'hostname'
	| 'namespaces'
	| 'networks'
	| 'ports'
	| 'origins'
	| 'egress'
	| 'extraHosts'
	| 'dns'
	| 'dnsSearch'
	| 'dnsOpt'
>;

/**
 * Decides how a container is on its networks: subnets, addresses, devices and ports. Nothing is taken yet: the plan has steps for that, and
 * fails with E_ADDRESS_IN_USE when another start was faster.
 *
 * @returns null for a container without networks whose spec says nothing of names
 * @throws TsboxError E_HOST_UNSUPPORTED, E_PERMISSION, E_NETWORK_NOT_FOUND; of addresses and subnets as `pickAddress` and `pickSubnet`.
 */
export function resolveNetworks(machine: Machine, service: NetworkedService): NetworksInput | null {
	const {networks = [], name} = service;
	const {host, dirs} = machine;
	if (networks.length === 0 || isLeftOut(machine, service)) return namesAlone(machine, service);
	refuseUnsupported(machine, service, networks);
	const widest = Math.max(...networks.map(({gwPriority}) => gwPriority));
	const outside = networks.filter(({network}) => !network.internal);
	const way = outside.find(({gwPriority}) => gwPriority === widest) ?? outside[0];
	const picked: NetworkRecord[] = [];
	const joins = networks.map((join, at): NetworkInput => {
		const record = recordOf(machine, join, picked);
		picked.push(record);
		// A record has at least one.
		const {subnet, gateway} = record.subnets[0] ?? {subnet: '', gateway: ''};
		const cidr = subnetOf(subnet);
		const address = addressOf(machine, join, record, cidr, name);
		const inside = join.interfaceName ?? `eth${at}`;
		const hostEnd = `tsb${hash(`${dirs.state} ${name} ${record.name}`, 11)}`;
		const mac = join.macAddress ?? macOf(address);
		const names = [...new Set([service.service, name, service.hostname ?? name, ...join.aliases])];
		const text = leaseText({address, container: name, interface: inside, hostEnd, mac, names: names as [string]});
		return {
			record,
			recordText: JSON.stringify(record),
			subnet,
			prefix: cidr.prefix,
			gateway,
			address,
			lease: leasePath(dirs.state, record.name, address),
			leaseText: text.trimEnd(),
			mac,
			inside,
			hostEnd,
			isDefault: join === way,
			linkLocalIps: join.linkLocalIps,
			sysctls: join.sysctls,
		};
	});
	const egress = egressOf(machine, service, joins);
	const [first] = joins.filter(({record}) => !record.internal);
	return {
		...placesOf(machine, name),
		joins,
		ports: first === undefined ? [] : portsOf(machine, service, first.address),
		hosts: hostsLines(service, joins.find(({isDefault}) => isDefault)?.gateway),
		...present({egress}),
		resolv: resolvLines(host, egress?.resolver === undefined ? service : {...service, dns: [egress.resolver.address]}),
	};
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
		hosts: extraHosts === undefined ? [] : hostsLines(service),
		resolv: asks ? resolvLines(machine.host, service, {isOnHost: !namespaces.includes('network')}) : [],
	};
}

/** The ports as they are published: what the spec left open is decided. */
export function resolvedPorts({ports}: Service, {ports: published}: NetworksInput): Service['ports'] {
	return published.length === 0
		? ports
		: ports.map((port, at) => ({...port, ...present({published: published[at]?.published})}));
}

/** Ports of an ordinary user's container are not published, and a warning says so; networks that it asks for by name are refused. */
function isLeftOut({facts}: Machine, {origins}: NetworkedService): boolean {
	const isAsked = Object.keys(origins).some(key => /^(?:networks|network_mode|egress)\b/.test(key));
	return facts.user.uid !== 0 && !isAsked;
}

function hash(text: string, length: number): string {
	return createHash('sha256').update(text).digest('hex').slice(0, length);
}

/** Docker's way: two bytes that say that it was made here, and those of the address, which are different on one network. */
function macOf(address: string): string {
	const bytes = address.split('.').map(byte => Number(byte).toString(16).padStart(2, '0'));
	return `02:42:${bytes.join(':')}`;
}

function subnetOf(text: string): Cidr {
	const cidr = parseCidr(text);
	if (cidr?.family === 4) return cidr;
	throw new TsboxError('E_HOST_UNSUPPORTED', `the subnet ${text} is not one of IPv4`, {
		hint: 'give the network an IPv4 subnet',
	});
}

function refuseUnsupported({host, facts}: Machine, {ports}: NetworkedService, networks: readonly NetworkJoin[]): void {
	if (facts.user.uid !== 0)
		throw new TsboxError('E_PERMISSION', 'only root can make the devices of a network', {
			hint: 'run it with sudo, or write `network_mode: none`',
		});
	const tools = {ip: 'iproute2', nft: 'nftables'};
	for (const [tool, from] of Object.entries(tools))
		if (findProgram(host, tool) === undefined)
			throw new TsboxError('E_HOST_UNSUPPORTED', `this host has no ${tool}`, {
				why: 'the devices and rules of networks are made with it',
				hint: `install it (Debian: ${from}), or write \`network_mode: none\``,
			});
	const six = networks.find(({network, ipv6Address}) => network.enableIpv6 || ipv6Address !== undefined);
	if (six !== undefined)
		throw new TsboxError('E_HOST_UNSUPPORTED', `the network ${six.network.key} asks for IPv6`, {
			why: 'networks of tsbox have IPv4 addresses',
			hint: 'take `enable_ipv6` and `ipv6_address` out',
		});
	const port = ports.find(({hostIp}) => hostIp?.includes(':') === true && hostIp !== '::');
	if (port !== undefined)
		throw new TsboxError('E_HOST_UNSUPPORTED', `the port [${port.hostIp}]:${port.published ?? ''} asks for IPv6`, {
			why: 'networks of tsbox have IPv4 addresses',
			hint: 'publish it at an IPv4 address, or leave the address out for all of them',
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
	const {internal, labels, bridge, mtu, subnets} = defined ?? network;
	const asked = subnets.find(({subnet}) => parseCidr(subnet)?.family === 4);
	const used = usedSubnets(machine, network.name, picked);
	const cidr =
		asked === undefined ? pickSubnet(networkPools(machine), 4, used) : freeSubnet(asked.subnet, used, network.key);
	const gateway = asked?.gateway ?? formatFirst(cidr);
	return {
		schema: 1,
		name: network.name,
		project: network.project,
		driver: 'bridge',
		bridge: bridge ?? bridgeName(dirs.state, network.name),
		subnets: [{subnet: `${formatAddress({family: 4, value: cidr.first})}/${cidr.prefix}`, gateway}],
		internal,
		...present({mtu}),
		labels,
	};
}

function formatFirst(cidr: Cidr): string {
	const first = nthHost(cidr, 0n);
	return first === undefined ? '' : formatAddress(first);
}

function freeSubnet(text: string, used: readonly UsedSubnet[], key: string): Cidr {
	const cidr = subnetOf(text);
	const other = overlapping(cidr, used);
	if (other === undefined) return cidr;
	throw new TsboxError('E_NETWORK_TAKEN', `the subnet ${text} of the network ${key} is taken`, {
		why: `it overlaps ${other.by}`,
		hint: 'choose another one, or leave `ipam` out',
	});
}

/** What no new subnet may overlap: other networks, and where routes of the host lead to. */
function usedSubnets({host, dirs}: Machine, own: string, picked: readonly NetworkRecord[]): readonly UsedSubnet[] {
	const networks = [...allNetworks(host, dirs.state), ...picked, ...allDefinitions(host, dirs.store)].filter(
		({name}) => name !== own,
	);
	const routes = ipv4Routes(host.readText('/proc/net/route') ?? '');
	return [
		...subnetsOf(networks),
		// Shorter prefixes are ways to the Internet.
		...routes.flatMap(({network, prefix, interface: device}) => {
			const cidr = prefix < 8 ? undefined : parseCidr(`${network}/${prefix}`);
			return cidr === undefined ? [] : [{cidr, by: `the route to ${network}/${prefix} through ${device} of this host`}];
		}),
	];
}

function addressOf(
	{host, dirs}: Machine,
	{network, ipv4Address}: NetworkJoin,
	{name, subnets}: NetworkRecord,
	subnet: Cidr,
	container: string,
): string {
	const leases = readLeases(host, dirs.state, name);
	// A start that was killed may have left its own.
	const owners = new Map(leases.map(lease => [lease.address, lease.container]));
	const own = leases.find(lease => lease.container === container);
	if (own !== undefined && (ipv4Address === undefined || ipv4Address === own.address)) return own.address;
	for (const address of leasedAddresses(host, dirs.state, name))
		if (!owners.has(address)) owners.set(address, 'a container');
	const asked = (readDefinition(host, dirs.store, name) ?? network).subnets.find(
		each => parseCidr(each.subnet)?.family === 4,
	);
	const gateway = parseAddress(subnets[0]?.gateway ?? '');
	const ipRange = asked?.ipRange === undefined ? undefined : parseCidr(asked.ipRange);
	return pickAddress(
		{
			network: name,
			subnet,
			gateway: gateway ?? {family: 4, value: subnet.first + 1n},
			auxAddresses: asked?.auxAddresses ?? {},
			...present({ipRange}),
		},
		owners,
		{container, ...present({address: ipv4Address})},
	);
}

function portsOf({host, dirs}: Machine, {ports, name}: NetworkedService, address: string): readonly PublishedPort[] {
	const seen = new Set<string>();
	return ports.map(({hostIp, published, target, protocol}): PublishedPort => {
		const port =
			published === undefined || published === 0
				? freePort(host, networksFolder(dirs.state), {protocol, container: name, target, seen})
				: published;
		seen.add(`${protocol}-${port}`);
		const isAny = hostIp === undefined || hostIp === '0.0.0.0' || hostIp === '::';
		return {published: port, protocol, address, target, ...(isAny ? {} : {hostIp})};
	});
}
