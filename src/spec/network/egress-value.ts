import {domainToASCII} from 'node:url';
import {formatEgress, readEgress} from '../../network/egress.ts';
import {bad, good, type Parsed, quoted} from '../model/parsed.ts';
import {parseSubnet} from './network-values.ts';

/** Parses an entry of `egress`, and writes it as `formatEgress` does: names as DNS has them, and the protocol behind a port. */
export function parseEgress(text: string): Parsed<string> {
	const plain = text.trim();
	// DNS has letters of other languages in ASCII (RFC 5891), and people write them as they are.
	const spelled = /[^\0-\x7F]/.test(plain) ? plain.replace(/^(\*\.)?([^:/]*)/, asciiName) : plain;
	const target = readEgress(spelled);
	if (target?.cidr !== undefined) {
		const [subnet] = /[\da-f:.]+\/\d+/i.exec(spelled) ?? [];
		const exact = subnet === undefined ? good(subnet) : parseSubnet(subnet);
		if (!exact.ok) return exact;
	}
	if (target !== undefined) return good(formatEgress(target));
	return bad(`has ${quoted(text)}, no name or address with a port`, hintFor(plain));
}

function asciiName(whole: string, star = '', name = ''): string {
	const ascii = domainToASCII(name);
	return ascii === '' ? whole : `${star}${ascii}`;
}

function hintFor(text: string): string {
	const [, port] = /:(\d+)(?:\/[a-z]+)?$/.exec(text) ?? [];
	if (/^\w+:\/\//.test(text)) return 'write the name without the protocol and the path: `api.example.com:443`';
	if (text.includes('*'))
		return 'write `*.` at the beginning, before a domain: `*.example.org`; to let everything out, take `egress` out';
	if (/^[^:[\]]*\/(?:tcp|udp|sctp)$/.test(text)) return 'write a port before the protocol: `api.example.com:443/udp`';
	if (/^\[?[\da-f]*:[\da-f:]*:/i.test(text))
		return 'write an IPv6 address with a port in brackets: `[2001:db8::1]:443`';
	if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535)) return 'a port is 1 to 65535';
	return 'write one such as `api.example.com:443`, `*.example.org`, `10.0.0.0/8` or `192.0.2.7:53/udp`';
}
