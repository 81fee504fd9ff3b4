import {createHash} from 'node:crypto';
import {TsboxError} from '../errors/tsbox-error.ts';
import {
	type Address,
	type Cidr,
	contains,
	formatAddress,
	formatCidr,
	hostsOf,
	isWithin,
	parseAddress,
} from './address.ts';

/** What a network says of the addresses of one of its subnets. */
export interface AddressRange {
	/** The name of the network, for messages. */
	readonly network: string;
	readonly subnet: Cidr;
	readonly gateway: Address;
	/** Where addresses come from that nobody asked for by number; a part of the subnet. */
	readonly ipRange?: Cidr;
	/** Addresses that no container gets, by the name of what has them. */
	readonly auxAddresses: Readonly<Record<string, string>>;
}

/** What a container asks for. */
export interface AddressWish {
	/** The container's name, which decides where the search begins. */
	readonly container: string;
	/** The one address that it must have. */
	readonly address?: string;
}

/** Most addresses that a message names. */
const mostNamed = 10;

/**
 * An address for a container. The search begins at a hash of the container's name, so that it gets the same address each time
 * unless another one has it.
 *
 * @param taken - who has which address: containers with a lease, and services whose spec asks for an address by number
 * @throws TsboxError E_NETWORK_FULL when all are taken, E_NETWORK_TAKEN when another has the address that it asks for,
 *   E_SPEC_INVALID when no container can have that address.
 */
export function pickAddress(
	range: AddressRange,
	taken: ReadonlyMap<string, string>,
	{container, address}: AddressWish,
): string {
	const owners = ownersOf(range, taken);
	if (address !== undefined) return asked(range, owners, address);
	const {family} = range.subnet;
	const hosts = hostsOf(range.subnet);
	const inner = range.ipRange ?? range.subnet;
	const first = inner.first > hosts.first ? inner.first : hosts.first;
	const last = inner.last < hosts.last ? inner.last : hosts.last;
	const count = last - first + 1n;
	const start = BigInt(`0x${createHash('sha256').update(container).digest('hex')}`);
	for (let step = 0n; step < count; step += 1n) {
		const value = first + ((start + step) % count);
		if (!owners.has(value)) return formatAddress({family, value});
	}
	throw full(
		range,
		inner,
		[...owners].filter(([value]) => first <= value && value <= last),
	);
}

/** Who has which address of a subnet, by number, so that two spellings of an address are one. */
function ownersOf(
	{subnet, gateway, auxAddresses}: AddressRange,
	taken: ReadonlyMap<string, string>,
): ReadonlyMap<bigint, string> {
	const all: readonly (readonly [string, string])[] = [
		...taken,
		...Object.entries(auxAddresses).map(([name, address]) => [address, name] as const),
		[formatAddress(gateway), 'the gateway'],
	];
	return new Map(
		all.flatMap(([text, owner]) => {
			const address = parseAddress(text);
			return address !== undefined && contains(subnet, address) ? [[address.value, owner] as const] : [];
		}),
	);
}

function asked({network, subnet}: AddressRange, owners: ReadonlyMap<bigint, string>, text: string): string {
	const address = parseAddress(text);
	const hosts = hostsOf(subnet);
	const ends = `${formatAddress({...subnet, value: hosts.first})} to ${formatAddress({...subnet, value: hosts.last})}`;
	if (address?.family !== subnet.family || address.value < hosts.first || address.value > hosts.last)
		throw new TsboxError('E_SPEC_INVALID', `no container on the network ${network} can have the address ${text}`, {
			why: `its subnet ${formatCidr(subnet)} has ${ends}`,
			hint: 'choose one of these, or leave the address out',
		});
	const owner = owners.get(address.value);
	if (owner === undefined) return formatAddress(address);
	throw new TsboxError('E_NETWORK_TAKEN', `the address ${text} of the network ${network} is taken`, {
		why: `${owner} has it`,
		hint: 'choose another, or leave the address out',
	});
}

function full(
	{network, subnet}: AddressRange,
	inner: Cidr,
	owners: readonly (readonly [bigint, string])[],
): TsboxError {
	const all = owners
		.toSorted(([a], [b]) => (a < b ? -1 : 1))
		.map(([value, owner]) => `${formatAddress({family: subnet.family, value})} (${owner})`);
	const more = all.length > mostNamed ? ` and ${all.length - mostNamed} more` : '';
	const where = isWithin(subnet, inner) ? formatCidr(subnet) : `${formatCidr(inner)} of ${formatCidr(subnet)}`;
	return new TsboxError('E_NETWORK_FULL', `no address is left on the network ${network}`, {
		why: `all ${all.length} of ${where} are taken: ${all.slice(0, mostNamed).join(', ')}${more}`,
		hint: 'stop a container that is on it, or give the network a larger subnet',
	});
}
