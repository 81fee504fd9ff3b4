import {expect, test} from 'vitest';
import {parseRefusal} from './watch-refusals.ts';

const head =
	'trace id cd5d3bea inet tsbox egress-refuse packet: iif "a0" ether saddr 72:80:08:96:5e:6b ether daddr 2e:e1:eb:27:0d:13';

test.each([
	[
		`${head} ip saddr 10.9.0.2 ip daddr 192.0.2.1 ip dscp 0x00 ip ecn 0x0 ip ttl 64 ip id 28994 ip protocol 6 ip length 60 tcp sport 56102 tcp dport 80 tcp flags == 0x2`,
		{source: '10.9.0.2', address: '192.0.2.1', protocol: 'tcp', port: 80},
	],
	[
		`${head} ip6 saddr fd00::2 ip6 daddr 2001:db8::1 ip6 dscp 0x00 ip6 ecn 0x0 ip6 hoplimit 64 ip6 flowlabel 0 ip6 nexthdr 17 ip6 length 9 udp sport 5 udp dport 53`,
		{source: 'fd00::2', address: '2001:db8::1', protocol: 'udp', port: 53},
	],
	[
		`${head} ip saddr 10.9.0.2 ip daddr 192.0.2.9 ip ttl 64 ip protocol 1 ip length 28 icmp type 8 icmp code 0`,
		{source: '10.9.0.2', address: '192.0.2.9', protocol: 'icmp'},
	],
	[
		`${head} ip saddr 10.9.0.2 ip daddr 192.0.2.9 ip protocol 47`,
		{source: '10.9.0.2', address: '192.0.2.9', protocol: '47'},
	],
	['trace id cd5d3bea inet tsbox egress-refuse rule meta l4proto 6 reject with tcp reset (verdict drop)', undefined],
	[head.replace('inet tsbox ', 'inet tsbox-01234567 '), undefined],
	['', undefined],
])('%s', (line, refusal) => {
	expect(parseRefusal(line, 'inet tsbox')).toEqual(refusal);
});
