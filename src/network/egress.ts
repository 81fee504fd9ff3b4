import {type Cidr, cidrOf, formatCidr, isWithin, parseAddress, parseCidr} from './address.ts';

/** A protocol with ports. */
export type PortProtocol = 'tcp' | 'udp' | 'sctp';

/** What an entry of `egress` lets a container reach: addresses or a name, at one port or at all. */
export interface EgressTarget {
	/** Addresses; undefined for an entry by name. */
	readonly cidr?: Cidr;
	/** A name in lower case, `*.` before it for all names below it; undefined for an entry by address. */
	readonly name?: string;
	/** Undefined: everything that the address answers to, ping too. */
	readonly port?: {readonly protocol: PortProtocol; readonly number: number};
}

const closed = [
	'0.0.0.0/8',
	'10.0.0.0/8',
	'100.64.0.0/10',
	'127.0.0.0/8',
	'169.254.0.0/16',
	'172.16.0.0/12',
	'192.168.0.0/16',
	'224.0.0.0/3',
	'::/96',
	'::ffff:0:0/96',
	'64:ff9b::/96',
	'64:ff9b:1::/48',
	'2001::/32',
	'2002::/16',
	'fc00::/7',
	'fe80::/9',
	'ff00::/8',
];

/**
 * Ranges that a name does not open, whatever addresses it has: who answers for it could lead the container to what is not on the Internet
 * (DNS rebinding), such as the keys of a cloud's machine at 169.254.169.254. IANA's special-purpose addresses, RFC 6890; of IPv6 also
 * those that have one of IPv4 in them.
 */
export function closedRanges(): readonly Cidr[] {
	return closed.flatMap(text => parseCidr(text) ?? []);
}

/** Writes an entry: `api.example.com:443/tcp`, `10.0.0.0/8`, `[2001:db8::1]:443/udp`. */
export function formatEgress({cidr, name = '', port}: EgressTarget): string {
	const whole = cidr === undefined ? name : formatCidr(cidr).replace(cidr.family === 4 ? /\/32$/ : /\/128$/, '');
	if (port === undefined) return whole;
	return `${cidr?.family === 6 ? `[${whole}]` : whole}:${port.number}/${port.protocol}`;
}

/** Reads what {@link formatEgress} writes, and what it is short for: without a protocol, a port is one of TCP. Undefined for anything else. */
export function readEgress(text: string): EgressTarget | undefined {
	const [, bracketed, bare, port, protocol] =
		/^(?:\[([\da-f:.]+(?:\/\d+)?)\]|([^[\]]*?))(?::(\d{1,5})(?:\/(tcp|udp|sctp))?)?$/i.exec(text) ?? [];
	// Without brackets, an IPv6 address is one to its end.
	const six = blockOf(text);
	if (six?.family === 6) return {cidr: six};
	const at = bracketed ?? bare;
	if (at === undefined || (port !== undefined && (Number(port) < 1 || Number(port) > 65_535))) return undefined;
	const cidr = blockOf(at);
	if (bracketed === undefined ? cidr?.family === 6 : cidr?.family !== 6) return undefined;
	const where = port === undefined ? {} : {port: {protocol: protocolOf(protocol), number: Number(port)}};
	if (cidr !== undefined) return {cidr, ...where};
	const name = at.toLowerCase().replace(/\.$/, '');
	return isEgressName(name) ? {name, ...where} : undefined;
}

/** A block, or the one of a single address. */
function blockOf(text: string): Cidr | undefined {
	const address = parseAddress(text);
	return address === undefined ? parseCidr(text) : cidrOf(address, address.family === 4 ? 32 : 128);
}

function protocolOf(word = 'tcp'): PortProtocol {
	const lower = word.toLowerCase();
	return lower === 'udp' || lower === 'sctp' ? lower : 'tcp';
}

/**
 * Whether a text is a name that DNS can have, or a pattern of such names: labels of at most 63 bytes, 253 bytes in all; RFC 1035. The last
 * label of a name is no number, else it would be a damaged address: RFC 3696. Underscores are in names of services: RFC 8552.
 */
function isEgressName(name: string): boolean {
	const labels = name.replace(/^\*\./, '').split('.');
	return (
		name.length <= 253 &&
		labels.every(label => /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label)) &&
		!/^\d+$/.test(labels.at(-1) ?? '')
	);
}

/** Whether the names of one entry are among those of another. */
export function coversName(pattern: string, name: string): boolean {
	return pattern === name || (pattern.startsWith('*.') && name.endsWith(pattern.slice(1)));
}

/** The subnets without those that lie in another: nft(8) takes no overlaps in a set. */
export function widest(cidrs: readonly Cidr[]): readonly Cidr[] {
	const distinct = [...new Map(cidrs.map(cidr => [formatCidr(cidr), cidr])).values()];
	return distinct.filter(cidr => !distinct.some(other => other !== cidr && isWithin(cidr, other)));
}

/** What a container reaches outside of its networks. */
export interface Egress {
	/** Entries of `egress`. */
	readonly entries: readonly string[];
	/** Eight characters that no other container of this machine has, for the names of its chain and its sets. */
	readonly id: string;
	/** Who answers its questions for names; without it no entry is a name. */
	readonly resolver?: EgressResolver;
}

/** The name server of a container with an `egress`. */
export interface EgressResolver {
	/** The address of the host on a network of the container, and a port there. */
	readonly address: string;
	readonly port: number;
	/** The name servers that it asks. */
	readonly servers: readonly string[];
}
