import {isIP} from 'node:net';

/** An IP address: its bits as a number. */
export interface Address {
	readonly family: 4 | 6;
	readonly value: bigint;
}

/** A block of addresses that have their first bits in common. */
export interface Cidr {
	readonly family: 4 | 6;
	/** How many bits all its addresses have in common. */
	readonly prefix: number;
	/** Its first and its last address. */
	readonly first: bigint;
	readonly last: bigint;
}

const bitsOf = (family: 4 | 6): number => (family === 4 ? 32 : 128);

/** Parses an IPv4 or IPv6 address; undefined for anything else, also for an IPv6 address with a zone (`fe80::1%eth0`). */
export function parseAddress(text: string): Address | undefined {
	const family = text.includes('%') ? 0 : isIP(text);
	if (family === 4) return {family, value: numberOf(text.split('.').map(BigInt), 8n)};
	if (family !== 6) return undefined;
	// URL is Node's only parser of IPv6 addresses. It gives the form of RFC 5952, which has no IPv4 part.
	const [head = '', tail] = new URL(`http://[${text}]`).hostname.slice(1, -1).split('::');
	const groups = (words: string): readonly bigint[] =>
		words === '' ? [] : words.split(':').map(word => BigInt(`0x${word}`));
	const [left, right] = [groups(head), groups(tail ?? '')];
	const zeros = Array.from({length: 8 - left.length - right.length}, () => 0n);
	return {family: 6, value: numberOf([...left, ...zeros, ...right], 16n)};
}

function numberOf(parts: readonly bigint[], bits: bigint): bigint {
	return parts.reduce((sum, part) => (sum << bits) | part, 0n);
}

/** An address as text; IPv6 in the form of RFC 5952. */
export function formatAddress({family, value}: Address): string {
	const parts = (count: number, bits: number): readonly bigint[] =>
		Array.from({length: count}, (_, at) => BigInt.asUintN(bits, value >> BigInt(bits * (count - 1 - at))));
	if (family === 4) return parts(4, 8).join('.');
	// URL is Node's only IPv6 formatter that compresses the longest run of zeros.
	return new URL(
		`http://[${parts(8, 16)
			.map(group => group.toString(16))
			.join(':')}]`,
	).hostname.slice(1, -1);
}

/** An address as it stands before a port: IPv6 in brackets (RFC 3986, 3.2.2). */
export function urlHost(address: string): string {
	return address.includes(':') ? `[${address}]` : address;
}

/** The block of a prefix that an address is in. */
export function cidrOf({family, value}: Address, prefix: number): Cidr {
	const rest = BigInt(bitsOf(family) - prefix);
	const first = (value >> rest) << rest;
	return {family, prefix, first, last: first + (1n << rest) - 1n};
}

/** Parses `ADDRESS/PREFIX`; undefined for anything else. The address may be any of the block: see {@link isExactCidr}. */
export function parseCidr(text: string): Cidr | undefined {
	const [, word = '', bits = ''] = /^([^/]+)\/(0|[1-9]\d{0,2})$/.exec(text) ?? [];
	const address = parseAddress(word);
	if (address === undefined || Number(bits) > bitsOf(address.family)) return undefined;
	return cidrOf(address, Number(bits));
}

/** Whether a text is a CIDR whose address is the first of its block: 10.0.0.0/24, and not 10.0.0.7/24. */
export function isExactCidr(text: string): boolean {
	const cidr = parseCidr(text);
	return cidr !== undefined && parseAddress(text.split('/')[0] ?? '')?.value === cidr.first;
}

/** A block as `ADDRESS/PREFIX`, with its first address. */
export function formatCidr({family, first, prefix}: Cidr): string {
	return `${formatAddress({family, value: first})}/${prefix}`;
}

/** Whether an address is in a block. */
export function contains({family, first, last}: Cidr, address: Address): boolean {
	return address.family === family && first <= address.value && address.value <= last;
}

/** Whether two blocks have an address in common. One of them then contains the other. */
export function overlaps(a: Cidr, b: Cidr): boolean {
	return a.family === b.family && a.first <= b.last && b.first <= a.last;
}

/** Whether a block is in another, or is the same. */
export function isWithin(inner: Cidr, outer: Cidr): boolean {
	return inner.family === outer.family && outer.first <= inner.first && inner.last <= outer.last;
}

/**
 * The first and the last address of a subnet that a machine may have. IPv4 gives the first address to the network and the last to
 * broadcasts, except in a /31 (RFC 3021) and a /32; IPv6 gives the first to all routers (RFC 4291, 2.6.1) except in a /127
 * (RFC 6164) and a /128.
 */
export function hostsOf({family, prefix, first, last}: Cidr): {readonly first: bigint; readonly last: bigint} {
	if (prefix >= bitsOf(family) - 1) return {first, last};
	return {first: first + 1n, last: family === 4 ? last - 1n : last};
}

/** The address at a place among those that machines may have, from 0; undefined when the subnet has fewer. */
export function nthHost(subnet: Cidr, place: bigint): Address | undefined {
	const {first, last} = hostsOf(subnet);
	return place < 0n || first + place > last ? undefined : {family: subnet.family, value: first + place};
}
