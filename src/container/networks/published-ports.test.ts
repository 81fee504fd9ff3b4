import {expect, test} from 'vitest';
import {portsIn} from './published-ports.ts';

// What nft 1.0.6 prints for elements that plans add.
const table = {
	nftables: [
		{metainfo: {version: '1.0.6', json_schema_version: 1}},
		{table: {family: 'inet', name: 'tsbox', handle: 30}},
		{
			map: {
				name: 'ports4',
				type: ['inet_proto', 'inet_service'],
				map: 'ipv4_addr . inet_service',
				elem: [[{concat: ['tcp', 8080]}, {concat: ['10.1.2.3', 80]}]],
			},
		},
		{
			map: {
				name: 'ports4at',
				type: ['ipv4_addr', 'inet_proto', 'inet_service'],
				elem: [[{concat: ['127.0.0.1', 'udp', 53]}, {concat: ['10.1.2.4', 5353]}]],
			},
		},
		{map: {name: 'other', elem: [[{concat: ['tcp', 1]}, {concat: ['10.1.2.5', 1]}]]}},
	],
};

test('the published ports are read from the maps of the rules', () => {
	expect(portsIn(JSON.stringify(table))).toEqual([
		{published: 53, protocol: 'udp', address: '10.1.2.4', target: 5353, hostIp: '127.0.0.1'},
		{published: 8080, protocol: 'tcp', address: '10.1.2.3', target: 80},
	]);
});

test('a map without elements publishes nothing', () => {
	expect(portsIn(JSON.stringify({nftables: [{map: {name: 'ports4'}}]}))).toEqual([]);
});
