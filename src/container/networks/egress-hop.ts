import {contains, parseAddress, urlHost} from '../../network/address.ts';
import {closedRanges, coversName, readEgress} from '../../network/egress.ts';
import {failed, type Hop, passed, skipped} from './hop.ts';
import type {Surroundings, Tested} from './network-facts.ts';

/** Where a connection of TCP is to go: the name or the address that was asked for, and one of its addresses. */
export interface EgressTarget {
	readonly host: string;
	readonly address: string;
	readonly port: number;
}

/** What the `egress` of a container says of a connection; undefined for a container without one. */
export function egressHop(
	{name, egress, leases, addresses}: Tested,
	{networkOf, hostAddresses}: Pick<Surroundings, 'networkOf' | 'hostAddresses'>,
	{host, address, port}: EgressTarget,
): Hop | undefined {
	if (egress === undefined) return undefined;
	if (address.startsWith('127.') || address === '::1' || addresses.includes(address)) return undefined;
	const near = networkOf(address);
	if (near !== undefined && !hostAddresses.includes(address) && leases.some(({network}) => network.name === near.name))
		return passed('egress', `${address} is on ${near.name}, and \`egress\` is about what is outside`);
	const targets = egress.entries.flatMap(entry => {
		const target = readEgress(entry);
		const fits =
			target !== undefined &&
			(target.port === undefined || (target.port.protocol === 'tcp' && target.port.number === port));
		return fits ? [{entry, ...target}] : [];
	});
	const ip = parseAddress(address);
	const byAddress = targets.find(({cidr}) => cidr !== undefined && ip !== undefined && contains(cidr, ip));
	if (byAddress !== undefined) return passed('egress', `\`egress\` of ${name} lists ${byAddress.entry}`);
	const at = `${urlHost(address)}:${port}`;
	const add = (what: string): string => `add \`${what}:${port}\` to \`egress\` of ${name} in the spec`;
	const isClosed = ip === undefined || closedRanges().some(range => contains(range, ip));
	const byName = targets.find(target => target.name !== undefined && coversName(target.name, host.toLowerCase()));
	if (byName !== undefined)
		return isClosed
			? failed(
					'egress',
					`\`egress\` of ${name} refuses ${at}`,
					`${host} is listed, but a name does not open a private address`,
					add(urlHost(address)),
				)
			: passed('egress', `\`egress\` of ${name} lists ${byName.entry}`);
	// An address that was asked for as such may be one of a listed name.
	if (host === address && !isClosed && targets.some(target => target.name !== undefined))
		return skipped('egress', `\`egress\` of ${name} lists names; ${address} is open if it is an address of one`);
	return failed(
		'egress',
		`\`egress\` of ${name} refuses ${at}`,
		`no entry lists ${host} with port ${port}`,
		add(urlHost(host)),
	);
}

/** For a name that a container's own name server does not know, because its `egress` does not list it. */
export function unlistedName({name, egress}: Tested, host: string): Hop | undefined {
	if (egress?.resolver === undefined) return undefined;
	const plain = host.toLowerCase().replace(/\.$/, '');
	if (egress.entries.some(entry => coversName(readEgress(entry)?.name ?? '', plain))) return undefined;
	return failed(
		'egress',
		`\`egress\` of ${name} does not list ${host}`,
		'no container of its networks has that name, and its name server knows listed names alone',
		`add \`${host}:PORT\` to \`egress\` of ${name} in the spec`,
	);
}
