import {isIP} from 'node:net';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {urlHost} from '../../network/address.ts';
import {outsideDevice} from '../../plan/network/plan-namespace.ts';
import {isLayer3} from '../../plan/network/parent-device.ts';
import type {NetworkRecord} from '../../state/network.ts';
import type {Machine} from '../machine/machine.ts';
import {runningContainer} from '../machine/running-container.ts';
import {askNeighbour, askResolver, connectInside} from './ask-inside.ts';
import {failed, type Hop, passed, skipped} from './hop.ts';
import {linksOfNetworks} from './in-networks.ts';
import {listenerHop} from './listener-hop.ts';
import {type Surroundings, surroundings, type Tested, testedOf} from './network-facts.ts';
import {outcomeWords, resolversOf, type Target, testConnection} from './test-connection.ts';

/**
 * Looks for what is wrong with the network of a running container. With a target it follows a connection there; without one it looks
 * at the container's own addresses, cables, routes, resolvers, and published ports.
 *
 * @throws TsboxError E_NO_SUCH_CONTAINER, E_STATE, E_PERMISSION, E_NETWORK_NOT_FOUND for one that has the network of the host.
 */
export async function testNetwork(machine: Machine, name: string, target?: Target): Promise<readonly Hop[]> {
	const record = runningContainer(machine, name);
	const tested = testedOf(machine, record);
	if (!record.namespaces.includes('network'))
		throw new TsboxError('E_NETWORK_NOT_FOUND', `${tested.name} is on no network of tsbox`, {
			why: 'it has the network of the host, and connects as every program of the host does',
			hint: 'leave `network_mode: host` out to give it a network of its own',
		});
	if (tested.leases.length === 0)
		return [
			failed(
				'network',
				`${tested.name} is on no network`,
				'it has the loopback device only',
				'give its service `networks` or `ports` in the spec',
			),
		];
	const networks = tested.leases.map(({network}) => network.name).join(', ');
	const first = passed('network', `${tested.name} is on ${networks}`);
	const all = await surroundings(machine);
	return [
		first,
		...(target === undefined
			? await testOwn(machine, tested, all)
			: await testConnection(machine, tested, all, target)),
	];
}

async function testOwn(machine: Machine, from: Tested, all: Surroundings): Promise<readonly Hop[]> {
	const hops: Hop[] = [];
	const links = await linksOfNetworks(machine);
	for (const {network, lease} of from.leases) {
		hops.push(
			...lease.addresses.map(address => addressHop(from, {network, lease}, address)),
			cableHop(links, network, lease.hostEnd, from.name),
		);
		for (const {gateway} of hasGateway(network) ? network.subnets : [])
			hops.push(await gatewayHop(machine, from, {network, lease}, gateway));
	}
	if (machine.facts.user.uid !== 0 && from.leases.some(({network}) => !network.internal))
		hops.push(outsideHop(links, from.name));
	return [...hops, ...routeHops(from), ...(await resolverHops(machine, from)), ...portHops(from, all)];
}

function addressHop(from: Tested, {network, lease}: Tested['leases'][number], address: string): Hop {
	return from.addresses.includes(address)
		? passed('address', `${lease.interface} has ${address}, on ${network.name}`)
		: failed(
				'address',
				`${from.name} does not have its address ${address} on ${network.name}`,
				`${lease.interface} is down or gone, or lost its address`,
				`connect it again: \`tsbox network disconnect ${network.name} ${from.name}\` and \`tsbox network connect ${network.name} ${from.name}\``,
			);
}

/** On a device of the host the gateway is another machine, if one is needed. */
function hasGateway(network: NetworkRecord): boolean {
	return network.bridge !== undefined || !(isLayer3(network) || network.internal);
}

type Links = Awaited<ReturnType<typeof linksOfNetworks>>;

/** Whether the device of the host by which containers send can send itself. */
function parentHop(links: Links, device: string): Hop {
	const own = links.find(({ifname}) => ifname === device);
	if (own?.flags?.includes('LOWER_UP') === true) return passed('cable', `it sends by ${device} of this host`);
	return own === undefined
		? failed('cable', `this host has no device ${device}`, 'something removed it', 'see which are there: `ip link`')
		: failed(
				'cable',
				`${device} of this host has no carrier`,
				'it is down, or nothing is at the other end of its cable',
				`look at it: \`ip link show ${device}\``,
			);
}

function cableHop(links: Links, {bridge, parent}: NetworkRecord, hostEnd: string, name: string): Hop {
	if (bridge === undefined) return parentHop(links, parent?.device ?? '');
	const own = links.find(({ifname}) => ifname === hostEnd);
	if (own?.master === bridge) return passed('cable', `${hostEnd} is on the bridge ${bridge}`);
	const isThere = own !== undefined && links.some(({ifname}) => ifname === bridge);
	return failed(
		'cable',
		`${hostEnd} is not on the bridge ${bridge}`,
		own === undefined
			? `there is no device ${hostEnd}`
			: own.master === undefined
				? 'it is on no bridge'
				: `it is on ${own.master}`,
		isThere ? `put it back: \`ip link set ${hostEnd} master ${bridge}\`` : `start ${name} again`,
	);
}

/** Whether the namespace of an ordinary user's networks is connected to the host. */
function outsideHop(links: Links, name: string): Hop {
	return links.some(({ifname}) => ifname === outsideDevice)
		? passed('outside', `${outsideDevice} leads to this host`)
		: failed(
				'outside',
				`the namespace of your networks has no ${outsideDevice}`,
				'pasta or slirp4netns, which connects it to this host, has ended',
				`start ${name} again`,
			);
}

/** The discard port. Whether something listens there does not matter: a refusal is an answer too. */
const anyPort = 9;

async function gatewayHop(
	machine: Machine,
	{pid, name}: Tested,
	{network: {bridge, parent}, lease}: Tested['leases'][number],
	gateway: string,
): Promise<Hop> {
	const outcome = await connectInside(machine, pid, gateway, anyPort);
	if (outcome === 'ok' || outcome === 'ECONNREFUSED') return passed('gateway', `${gateway} answers`);
	if (outcome === 'EUNTRIED') return skipped('gateway', `this host has neither perl nor bash to try ${gateway} with`);
	if (await isNeighbour(machine, pid, {address: gateway, device: lease.interface, bridge}))
		return passed('gateway', `${gateway} is there; a firewall of this host takes no connection`);
	if (bridge === undefined)
		return failed(
			'gateway',
			`the gateway ${gateway} ${outcomeWords(outcome)}`,
			`no machine on the network of ${parent?.device ?? ''} has that address, or a firewall there drops the packets`,
			'give the network the `gateway` of that network under `ipam`',
		);
	return failed(
		'gateway',
		`the gateway ${gateway} ${outcomeWords(outcome)}`,
		`the bridge ${bridge} is down, or lost its address`,
		`look at it: \`ip address show ${bridge}\`; start ${name} again`,
	);
}

/**
 * Whether the bridge is at the other end of the cable. A firewall of the host may drop connections to it, but ARP and neighbour discovery go by. The kernel must
 * ask anew, because what it knew may be as old as the trouble. The hardware address counts: of any device of the host an answer comes, as
 * arp_ignore of the kernel's ip-sysctl.rst says.
 */
async function isNeighbour(
	machine: Machine,
	pid: number,
	{address, device, bridge}: {readonly address: string; readonly device: string; readonly bridge: string | undefined},
): Promise<boolean> {
	const mac = (await linksOfNetworks(machine)).find(({ifname}) => ifname === bridge)?.address;
	const found = await askNeighbour(machine, pid, {address, device, port: anyPort});
	return found !== undefined && (bridge === undefined || found === mac);
}

/** The default route of each family of which a network has a way out. */
function routeHops({name, leases, routes}: Tested): readonly Hop[] {
	const gateways = leases.flatMap(({network}) => (network.internal ? [] : network.subnets.map(({gateway}) => gateway)));
	if (gateways.length === 0) return [passed('route', 'no way out, because all its networks are internal')];
	return [4, 6]
		.filter(family => gateways.some(gateway => isIP(gateway) === family))
		.map(family => {
			const way = routes.find(({prefix, network}) => prefix === 0 && isIP(network) === family);
			if (way !== undefined) return passed('route', `default via ${way.gateway ?? ''} dev ${way.interface}`);
			return failed(
				'route',
				`${name} has no default route${family === 6 ? ' of IPv6' : ''}`,
				'something in it, or on this host, removed it',
				`start ${name} again`,
			);
		});
}

async function resolverHops(machine: Machine, from: Tested): Promise<readonly Hop[]> {
	const {servers} = resolversOf(from.resolv);
	if (servers.length === 0)
		return [skipped('resolver', 'it has no resolver: it finds containers by name, and nothing else')];
	if (from.leases.every(({network}) => network.internal))
		return [skipped('resolver', 'its networks are internal: it finds containers by name, and nothing else')];
	return Promise.all(
		servers.map(async (server): Promise<Hop> => {
			const answer = await askResolver(machine, from.pid, server, ['.', 'NS']);
			if (typeof answer !== 'string') return passed('resolver', `${server} answers`);
			if (answer === 'EUNTRIED') return skipped('resolver', `${server} ${outcomeWords(answer)}`);
			return failed(
				'resolver',
				`the resolver ${server} ${answer === 'ECONNREFUSED' ? 'does not answer: nothing listens there' : outcomeWords(answer)}`,
				'it is off, or a firewall is on the way',
				'give the service another one with `dns` in the spec',
			);
		}),
	);
}

function portHops(from: Tested, {ports}: Surroundings): readonly Hop[] {
	const own = ports.filter(({address}) => from.leases.some(({lease}) => lease.addresses.includes(address)));
	return own.map(({hostIp, published, protocol, address, target}) => {
		const at = urlHost(hostIp ?? (address.includes(':') ? '::' : '0.0.0.0'));
		const listener = listenerHop(from, {address, port: target, protocol});
		return {...listener, hop: 'port', text: `${at}:${published} -> ${target}/${protocol}: ${listener.text}`};
	});
}
