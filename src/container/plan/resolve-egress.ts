import {createHash} from 'node:crypto';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {findProgram} from '../../host/probe/tools.ts';
import {parseAddress, parseCidr} from '../../network/address.ts';
import {type Egress, readEgress} from '../../network/egress.ts';
import type {AddressInput, NetworkInput} from '../../plan/input/network-input.ts';
import type {Service} from '../../spec/model/project.ts';
import {present} from '../../spec/syntax/pick.ts';
import type {Machine} from '../machine/machine.ts';
import {resolvLines} from './name-lines.ts';

/** The ports of name servers: the first, and how many. The place of a container in its subnet decides which is its own. */
const resolverPorts = {first: 20_000, count: 12_000};

/** What tells the rules and the name server of a container from those of others, also of other state folders: eight characters. */
export function egressId(state: string, container: string): string {
	return createHash('sha256').update(`${state} ${container}`).digest('hex').slice(0, 8);
}

/**
 * Decides how a container's `egress` is held: the names of its rules, and who answers its questions for names.
 *
 * @throws TsboxError E_HOST_UNSUPPORTED when a name is listed, and nothing on this machine can answer for it.
 */
export function egressOf(
	{host, dirs}: Machine,
	service: Pick<Service, 'name' | 'egress' | 'dns' | 'dnsSearch' | 'dnsOpt'>,
	joins: readonly NetworkInput[],
): Egress | undefined {
	const {egress: entries, name} = service;
	if (entries === undefined) return undefined;
	const id = egressId(dirs.state, name);
	const named = entries.find(entry => readEgress(entry)?.name !== undefined);
	const join = joins.find(({addresses: [{isDefault}]}) => isDefault) ?? joins[0];
	if (named === undefined || join === undefined) return {entries, id};
	if (findProgram(host, 'dnsmasq') === undefined)
		throw new TsboxError('E_HOST_UNSUPPORTED', 'this host has no dnsmasq', {
			why: `\`egress\` has the name ${named}, and dnsmasq says which addresses are those of names`,
			hint: 'install it (Debian: dnsmasq-base), or list addresses',
		});
	// The server runs on the host, and may ask what listens on a loopback address of the host.
	const servers = resolvLines(host, present({dns: service.dns}), {isOnHost: true}).flatMap(line =>
		line.startsWith('nameserver ') ? [line.slice('nameserver '.length)] : [],
	);
	if (servers.length === 0)
		throw new TsboxError('E_HOST_UNSUPPORTED', 'this host has no name server', {
			why: `\`egress\` has the name ${named}, and /etc/resolv.conf names nobody who knows its addresses`,
			hint: 'write `dns: [ADDRESS]`, or list addresses',
		});
	return {entries, id, resolver: {address: join.addresses[0].gateway, port: portOf(join.addresses[0]), servers}};
}

function portOf({address, subnet}: AddressInput): number {
	const place = (parseAddress(address)?.value ?? 0n) - (parseCidr(subnet)?.first ?? 0n);
	return resolverPorts.first + Number(place % BigInt(resolverPorts.count));
}
