import {expect, test} from 'vitest';
import type {Egress} from '../../network/egress.ts';
import {egressRules} from './egress-rules.ts';
import {resolverConf} from './resolver-conf.ts';

const resolver = {address: '10.89.0.1', port: 20_005, servers: ['192.0.2.53']};
const egress = (...entries: readonly string[]): Egress => ({id: '01234567', entries, resolver});
const conf = (...entries: readonly string[]): readonly string[] =>
	resolverConf('inet tsbox', egress(...entries)).filter(line => /^(?:server|address|nftset)=/.test(line));

test('a name is passed on without the names below it, and its addresses open its ports', () => {
	expect(conf('api.example.com:443/tcp', 'api.example.com:53/udp')).toEqual([
		'address=/#/',
		'server=/api.example.com/192.0.2.53',
		'address=/*.api.example.com/',
		'nftset=/api.example.com/4#inet#tsbox#egress-01234567-n0-4,6#inet#tsbox#egress-01234567-n0-6,4#inet#tsbox#egress-01234567-n1-4,6#inet#tsbox#egress-01234567-n1-6',
	]);
	expect(egressRules('inet tsbox', egress('api.example.com:443/tcp'))).toContain(
		'add rule inet tsbox egress-01234567 tcp dport 443 ip daddr @egress-01234567-n0-4 update @egress-01234567-n0-4 { ip daddr timeout 3600s } accept',
	);
});

test('a name below a domain that is listed too opens the ports of both', () => {
	expect(conf('*.example.org', 'api.example.org:443/tcp')).toEqual([
		'address=/#/',
		'server=/*.example.org/192.0.2.53',
		'server=/api.example.org/192.0.2.53',
		'nftset=/example.org/4#inet#tsbox#egress-01234567-n0-4,6#inet#tsbox#egress-01234567-n0-6',
		'nftset=/api.example.org/4#inet#tsbox#egress-01234567-n0-4,6#inet#tsbox#egress-01234567-n0-6,4#inet#tsbox#egress-01234567-n1-4,6#inet#tsbox#egress-01234567-n1-6',
	]);
});

test('subnets that lie in others are not written, because sets take no overlaps', () => {
	const lines = egressRules('inet t', {
		id: '0',
		entries: [
			'10.0.0.0/8',
			'10.1.0.0/16',
			'10.0.0.1',
			'10.1.0.0/16:443/tcp',
			'10.1.2.3:443/tcp',
			'10.1.2.3:443/udp',
			'2001:db8::/32',
			'2001:db8::1',
		],
	});
	expect(lines.filter(line => line.startsWith('add element'))).toEqual([
		'add element inet t egress-0-all4 { 10.0.0.0/8 }',
		'add element inet t egress-0-ports4 { 10.1.0.0/16 . tcp . 443, 10.1.2.3/32 . udp . 443 }',
		'add element inet t egress-0-all6 { 2001:db8::/32 }',
	]);
});
