import {isIP} from 'node:net';
import {listenerOn} from '../../kernel/listening.ts';
import {routeWords} from '../../kernel/network-fields.ts';
import {urlHost} from '../../network/address.ts';
import {isDnsName} from '../../network/dns-message.ts';
import type {Machine} from '../machine/machine.ts';
import {askResolver, connectInside, type Outcome} from './ask-inside.ts';
import {egressHop, unlistedName} from './egress-hop.ts';
import {failed, type Hop, passed, skipped} from './hop.ts';
import {listenerHop} from './listener-hop.ts';
import {routeTo, type Surroundings, type Tested} from './network-facts.ts';

/** Most addresses of a name that are tried. */
const mostTried = 8;

/** Where a connection is to go. */
export interface Target {
	readonly host: string;
	readonly port: number;
}

/** Follows a TCP connection from a container, hop by hop; what comes after a hop that failed is not tried. */
export async function testConnection(
	machine: Machine,
	from: Tested,
	all: Surroundings,
	{host, port}: Target,
): Promise<readonly Hop[]> {
	const {hop, addresses} = await nameHop(machine, from, host);
	const hops = [hop];
	for (const address of addresses.slice(0, mostTried)) {
		const way = [
			() => routeHop(from, address),
			() => egressHop(from, all, {host, address, port}),
			() => rulesHop(from, all, address, port),
			() => targetHop(machine, from, all, {address, port}),
		];
		let isOpen = true;
		for (const look of way) {
			const next = look();
			if (next === undefined) continue;
			hops.push(next);
			isOpen = next.state !== 'failed';
			if (!isOpen) break;
		}
		const isOutside = hops.at(-1)?.state === 'skipped';
		if (isOpen)
			hops.push(
				connectionHop(await connectInside(machine, from.pid, address, port), `${urlHost(address)}:${port}`, isOutside),
			);
	}
	return hops;
}

interface Named {
	readonly hop: Hop;
	readonly addresses: readonly string[];
}

/** Looks a name up as programs in the container do: /etc/hosts, then the resolvers with the search domains; resolv.conf(5). */
async function nameHop(machine: Machine, from: Tested, name: string): Promise<Named> {
	if (isIP(name) !== 0) return {hop: skipped('name', `${name} is an address`), addresses: [name]};
	const known = inHosts(from.hosts, name);
	// The C library takes no address of a family that the container does not have, as ::1 for localhost; getaddrinfo(3).
	const found = known.filter(address => hasFamily(from, isIP(address)));
	if (found.length > 0) return {hop: passed('name', `${name} is ${found.join(', ')}, by /etc/hosts`), addresses: found};
	const none = (text: string, why: string, hint: string): Named => ({
		hop: failed('name', text, why, hint),
		addresses: [],
	});
	const {servers, search} = resolversOf(from.resolv);
	const notInHosts = 'no container of its networks has that name';
	const unknown = `${name} is not known in ${from.name}`;
	const networks = from.leases.map(({network}) => network.name).join(', ');
	const hint = `put the container of that name on ${networks}, or look at the names of its containers: \`tsbox network inspect ${from.leases[0]?.network.name ?? ''}\``;
	if (!isDnsName(name)) return none(unknown, 'it is no name of a host', hint);
	if (servers.length === 0) return none(unknown, `${notInHosts}, and it has no resolver to ask`, hint);
	const asked = name.includes('.')
		? [name, ...search.map(each => `${name}.${each}`)]
		: [...search.map(each => `${name}.${each}`), name];
	const silent: string[] = [];
	for (const server of servers) {
		for (const question of asked) {
			const answer = await addressesBy(machine, from, server, question);
			if (typeof answer === 'string') {
				silent.push(`${server} ${outcomeWords(answer)}`);
				break;
			}
			if (answer.length > 0)
				return {hop: passed('name', `${name} is ${answer.join(', ')}, by the resolver ${server}`), addresses: answer};
		}
	}
	const unlisted = unlistedName(from, name);
	if (unlisted !== undefined && silent.length === 0) return {hop: unlisted, addresses: []};
	return silent.length === servers.length
		? none(
				unknown,
				`${notInHosts}, and no resolver answers: ${silent.join('; ')}`,
				`see why: \`tsbox network test ${from.name}\``,
			)
		: none(unknown, `${notInHosts}, and the resolvers have no address for it`, hint);
}

/** The addresses that a resolver has for a name, of the families for which the container has a route. */
async function addressesBy(
	machine: Machine,
	from: Tested,
	server: string,
	question: string,
): Promise<readonly string[] | Outcome> {
	const found: string[] = [];
	for (const [type, family] of [
		['A', 4],
		['AAAA', 6],
	] as const) {
		if (!hasFamily(from, family)) continue;
		const answer = await askResolver(machine, from.pid, server, [question, type]);
		if (typeof answer === 'string') return answer;
		found.push(...answer.addresses);
	}
	return found;
}

function hasFamily({routes}: Tested, family: number): boolean {
	return routes.some(({network}) => isIP(network) === family);
}

/** The addresses of a name in a hosts(5) file. */
export function inHosts(hosts: string, name: string): readonly string[] {
	const rows = hosts.split('\n').map(line => line.replace(/#.*/, '').trim().toLowerCase().split(/\s+/));
	const own = rows.filter(([, ...names]) => names.includes(name.toLowerCase())).flatMap(([address]) => address ?? []);
	return [...new Set(own.filter(address => isIP(address) !== 0))];
}

/** The resolvers of a resolv.conf(5), at most three as the C library takes them, and the domains to search. */
export function resolversOf(resolv: string): {readonly servers: readonly string[]; readonly search: readonly string[]} {
	const rows = resolv.split('\n').map(line => line.trim().split(/\s+/));
	return {
		servers: rows
			.filter(([key]) => key === 'nameserver')
			.flatMap(([, address]) => address ?? [])
			.filter(address => isIP(address) !== 0)
			.slice(0, 3),
		search: rows.findLast(([key]) => key === 'search')?.slice(1) ?? [],
	};
}

const isLoopback = (address: string): boolean => address.startsWith('127.') || address === '::1';

function routeHop(from: Tested, address: string): Hop {
	if (isLoopback(address) || from.addresses.includes(address))
		return passed('route', `${address} is ${from.name} itself`);
	const route = routeTo(address, from.routes);
	if (route !== undefined) return passed('route', `${routeWords([route]).join('')} leads to ${address}`);
	const names = from.leases.map(({network}) => network.name);
	const isInternal = from.leases.length > 0 && from.leases.every(({network}) => network.internal);
	return failed(
		'route',
		`${from.name} has no route to ${address}`,
		isInternal
			? `${names.join(' and ')} ${names.length === 1 ? 'is an internal network' : 'are internal networks'}, with no way out`
			: 'its default route is gone',
		isInternal ? 'put it on a network that is not internal as well' : `start ${from.name} again`,
	);
}

/** What the rules of tsbox do: networks are apart from each other, and internal ones from all else. */
function rulesHop(
	from: Tested,
	{networkOf, hostAddresses, ports, owner}: Surroundings,
	address: string,
	port: number,
): Hop {
	if (isLoopback(address) || from.addresses.includes(address)) return passed('rules', 'no rule is on the way');
	const device = routeTo(address, from.routes)?.interface;
	const by = from.leases.find(({lease}) => lease.interface === device)?.network;
	const other = networkOf(address);
	const isHost = hostAddresses.includes(address);
	const published = isHost ? ports.find(each => leads(each, address, port)) : undefined;
	if (published !== undefined) {
		const to = networkOf(published.address);
		if (by?.internal === true && to?.name !== by.name)
			return failed(
				'rules',
				`a rule drops what leaves ${by.name}`,
				`${urlHost(address)}:${port} leads to ${owner(published.address)?.name ?? published.address} on ${to?.name ?? 'another network'}, and ${by.name} is internal`,
				`put both on one network: \`tsbox network connect ${to?.name ?? 'NETWORK'} ${from.name}\``,
			);
		return passed(
			'rules',
			`${urlHost(address)}:${port} is a published port, which leads to ${urlHost(published.address)}:${published.target}`,
		);
	}
	if (isHost) return passed('rules', `${address} is this host, to which no rule of tsbox forbids the way`);
	if (by === undefined) return passed('rules', 'no rule of tsbox is on the way');
	if (other?.name === by.name) return passed('rules', `both are on ${by.name}`);
	if (other !== undefined)
		return failed(
			'rules',
			`a rule drops what goes from ${by.name} to ${other.name}`,
			`networks are apart, and ${from.name} is not on ${other.name}`,
			`put both on one network: \`tsbox network connect ${other.name} ${from.name}\``,
		);
	if (by.internal)
		return failed(
			'rules',
			`a rule drops what leaves ${by.name}`,
			`${by.name} is an internal network, with no way out`,
			`put ${from.name} on a network that is not internal as well`,
		);
	return passed('rules', `${by.name} may be left`);
}

function leads(
	{hostIp, published, protocol, address: to}: Surroundings['ports'][number],
	address: string,
	port: number,
): boolean {
	return (
		protocol === 'tcp' && published === port && (hostIp === undefined ? isIP(to) === isIP(address) : hostIp === address)
	);
}

/** Who has the address, and whether it listens. */
function targetHop(
	{host}: Machine,
	from: Tested,
	all: Surroundings,
	{address, port}: {readonly address: string; readonly port: number},
): Hop {
	if (isLoopback(address) || from.addresses.includes(address)) {
		const own = listenerHop(from, {address, port});
		if (own.state === 'ok' || !isLoopback(address)) return own;
		const who = listenerOn(host, {protocol: 'tcp', port, address});
		const gateway = from.leases[0]?.network.subnets.find(each => isIP(each.gateway) === isIP(address))?.gateway;
		return who === undefined || gateway === undefined
			? own
			: {
					...own,
					why: `${address} is ${from.name} itself; on this host ${who} listens on that port`,
					hint: `use the host's address ${gateway}, and let the program listen there`,
				};
	}
	const published = all.hostAddresses.includes(address)
		? all.ports.find(each => leads(each, address, port))
		: undefined;
	const target = published === undefined ? {address, port} : {address: published.address, port: published.target};
	const owner = all.owner(target.address);
	if (owner !== undefined) return listenerHop(owner, target);
	if (all.hostAddresses.includes(address)) {
		const who = listenerOn(host, {protocol: 'tcp', port, address});
		return who === undefined
			? failed(
					'listener',
					`nothing on this host listens on ${urlHost(address)}:${port}`,
					'no container publishes that port, and no program of the host has it',
					'publish it with `ports`, or let the program of the host listen on 0.0.0.0',
				)
			: passed('listener', `${who} of this host listens on it`);
	}
	const network = all.networkOf(target.address);
	return network === undefined
		? skipped('listener', `${address} is outside of this host`)
		: failed(
				'listener',
				`no container has the address ${target.address}`,
				`nothing that runs on ${network.name} has it`,
				`see who is on it: \`tsbox network graph ${network.name}\``,
			);
}

function connectionHop(outcome: Outcome, at: string, isOutside: boolean): Hop {
	if (outcome === 'ok') return passed('connection', `a connection to ${at} was made`);
	if (outcome === 'EUNTRIED') return skipped('connection', `this host has neither perl nor bash to try ${at} with`);
	const why: Readonly<Record<string, string>> = {
		ECONNREFUSED: 'nothing listens there, or a firewall rejects it',
		ETIMEDOUT: 'a firewall drops the packets, or the other side is off',
		EHOSTUNREACH: 'nobody answers at that address, or a firewall rejects it',
		ENETUNREACH: 'the way there ends',
	};
	return failed(
		'connection',
		`${at} ${outcomeWords(outcome)}`,
		why[outcome] ?? `the kernel says ${outcome}`,
		isOutside
			? 'see whether this host itself gets there; if it does, look for a rule that is not of tsbox: `nft list ruleset`'
			: 'look for a rule that is not of tsbox: `nft list ruleset`',
	);
}

/** The end of a sentence that begins with an address. */
export function outcomeWords(outcome: Outcome): string {
	const words: Readonly<Record<string, string>> = {
		ECONNREFUSED: 'refuses the connection',
		ETIMEDOUT: 'does not answer',
		EHOSTUNREACH: 'is not reached',
		ENETUNREACH: 'is not reached',
		EUNTRIED: 'cannot be asked, because this host has no perl',
		EPROTO: 'answers with something else',
	};
	return words[outcome] ?? `fails with ${outcome}`;
}
