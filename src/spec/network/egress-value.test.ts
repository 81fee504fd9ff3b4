import {expect, test} from 'vitest';
import {parseEgress} from './egress-value.ts';

/** How an entry is kept, or what is said of it. */
const kept = (text: string): string => {
	const parsed = parseEgress(text);
	return parsed.ok ? parsed.value : `${parsed.problem}; ${parsed.hint ?? ''}`;
};

test.each([
	['api.example.com:443', 'api.example.com:443/tcp'],
	['API.Example.com.', 'api.example.com'],
	['api.example.com:53/UDP', 'api.example.com:53/udp'],
	['*.example.org', '*.example.org'],
	['bücher.example:443', 'xn--bcher-kva.example:443/tcp'],
	['*.bücher.example', '*.xn--bcher-kva.example'],
	['_service.example.org', '_service.example.org'],
	['registry', 'registry'],
	[`${'a'.repeat(63)}.example`, `${'a'.repeat(63)}.example`],
	['10.0.0.0/8', '10.0.0.0/8'],
	['10.0.0.0/8:443', '10.0.0.0/8:443/tcp'],
	['192.0.2.7', '192.0.2.7'],
	['192.0.2.7:5432/tcp', '192.0.2.7:5432/tcp'],
	['2001:DB8::1', '2001:db8::1'],
	['2001:db8::/32', '2001:db8::/32'],
	['[2001:db8::1]:443', '[2001:db8::1]:443/tcp'],
	['[2001:db8::/32]:443/udp', '[2001:db8::/32]:443/udp'],
])('%s is kept as %s', (text, expected) => {
	expect(kept(text)).toBe(expected);
	expect(kept(expected)).toBe(expected);
});

test.each([
	['', /such as/],
	['*', /take `egress` out/],
	['api.*.example.com', /at the beginning/],
	['*api.example.com', /at the beginning/],
	['*.', /at the beginning/],
	['api.example.com:0', /1 to 65535/],
	['api.example.com:65536', /1 to 65535/],
	['api.example.com:443/icmp', /such as/],
	['api.example.com/udp', /a port before the protocol/],
	['https://api.example.com/v1', /without the protocol and the path/],
	[`${'a'.repeat(64)}.example`, /such as/],
	[`${'a.'.repeat(127)}example`, /such as/],
	['api..example.com', /such as/],
	['-api.example.com', /such as/],
	['192.0.2.300', /such as/],
	['192.0.2.7/33', /such as/],
	['10.0.0.7/8', /write `10.0.0.0\/8`/],
	['2001:db8::1]:443', /in brackets/],
	['2001:db8:::443', /in brackets/],
	['a b', /such as/],
	['a;nft', /such as/],
	['a/b#53', /such as/],
	['a\nserver=8.8.8.8', /such as/],
])('%j is refused with a hint', (text, hint) => {
	expect(parseEgress(text).ok).toBe(false);
	expect(kept(text)).toMatch(hint);
});
