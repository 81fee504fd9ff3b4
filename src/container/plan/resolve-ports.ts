import {isIP} from 'node:net';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {formatAddress, parseAddress, urlHost} from '../../network/address.ts';
import type {AddressInput, NetworksInput, PublishedPort} from '../../plan/input/network-input.ts';
import type {Service} from '../../spec/model/project.ts';
import {present} from '../../spec/syntax/pick.ts';
import {networksFolder} from '../../state/network.ts';
import type {Machine} from '../machine/machine.ts';
import {freePort} from './free-port.ts';

/**
 * Publishes the ports of a spec at the first addresses of the container that have a way out, one of each family.
 *
 * @throws TsboxError E_HOST_UNSUPPORTED for an address of the host from which nothing can lead to them, E_ADDRESS_IN_USE when no port is free.
 */
export function portsOf(
	{host, dirs}: Machine,
	{ports, name}: Pick<Service, 'ports' | 'name'>,
	outside: readonly AddressInput[],
): Pick<NetworksInput, 'ports' | 'published'> {
	if (outside.length === 0) return {ports: [], published: []};
	const seen = new Set<string>();
	const all = ports.map(({published, among, target, protocol, ...port}) => {
		const at = hostAddress(port.hostIp);
		const to = ([4, 6] as const).flatMap(family =>
			at === undefined || isIP(at) === family ? (outside.find(each => each.family === family)?.address ?? []) : [],
		);
		refuseUnreached(at, published, to);
		const number =
			published === undefined || published === 0
				? freePort(host, networksFolder(dirs.state), {protocol, container: name, target, seen, among})
				: published;
		seen.add(`${protocol}-${number}`);
		const hostIp = at === '0.0.0.0' || at === '::' ? undefined : at;
		const each = to.map(
			(address): PublishedPort => ({published: number, protocol, address, target, ...present({hostIp})}),
		);
		return {number, each};
	});
	return {ports: all.flatMap(({each}) => each), published: all.map(({number}) => number)};
}

/** An address of the host as the kernel writes it. */
function hostAddress(text: string | undefined): string | undefined {
	const address = text === undefined ? undefined : parseAddress(text);
	return address === undefined ? undefined : formatAddress(address);
}

function refuseUnreached(at: string | undefined, published: number | undefined, to: readonly string[]): void {
	if (at === undefined) return;
	const what = `the port ${urlHost(at)}:${published ?? ''} cannot be published`;
	const family = isIP(at);
	if (at === '::1')
		throw new TsboxError('E_HOST_UNSUPPORTED', what, {
			why: 'the kernel drops what a container answers to ::1 (IPv6 has no route_localnet)',
			hint: 'publish it at 127.0.0.1 for programs of this host, or leave the address out',
		});
	if (to.length > 0) return;
	throw new TsboxError('E_HOST_UNSUPPORTED', what, {
		why: `no network with a way out gives the container an IPv${family} address`,
		hint:
			family === 6
				? 'add `enable_ipv6: true` to its network, publish it at an IPv4 address, or leave the address out'
				: 'take `enable_ipv4: false` out of its network, or leave the address out',
	});
}
