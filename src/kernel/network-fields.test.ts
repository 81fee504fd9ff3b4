import {expect, test} from 'vitest';
import {
	allIpv4Destinations,
	interfaceCounts,
	ipv4Addresses,
	ipv4Routes,
	routeWords,
	ipv6Addresses,
	ipv6Routes,
} from './network-fields.ts';

const routeHead = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n';
const routes = `${routeHead}eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0
eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
`;
const trie = `Main:
  +-- 0.0.0.0/0 3 0 5
     |-- 0.0.0.0
        /0 universe UNICAST
     +-- 127.0.0.0/8 2 0 2
        +-- 127.0.0.0/31 1 0 0
           |-- 127.0.0.0
              /8 host LOCAL
           |-- 127.0.0.1
              /32 host LOCAL
        |-- 127.255.255.255
           /32 link BROADCAST
     +-- 192.0.2.0/24 2 0 2
        +-- 192.0.2.0/30 2 0 2
           |-- 192.0.2.0
              /24 link UNICAST
           |-- 192.0.2.2
              /32 host LOCAL
        |-- 192.0.2.255
           /32 link BROADCAST
Local:
     |-- 192.0.2.2
        /32 host LOCAL
     |-- 198.51.100.7
        /32 host LOCAL
`;

test('reads the traffic of each interface', () => {
	const dev = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo:    9579      87    0    0    0     0          0         0     9580      88    0    0    0     0       0          0
  eth0:1711496825   46576    0    0    0     0          0         0  3778987   34294    0    0    0     0       0          0
`;
	expect(interfaceCounts(dev)).toEqual([
		{name: 'lo', rxBytes: 9579, txBytes: 9580, rxPackets: 87, txPackets: 88},
		{name: 'eth0', rxBytes: 1_711_496_825, txBytes: 3_778_987, rxPackets: 46_576, txPackets: 34_294},
	]);
	expect(interfaceCounts('')).toEqual([]);
});

test('formats routes as ip-route does', () => {
	expect(routeWords(ipv4Routes(routes))).toEqual(['default via 192.0.2.1 dev eth0', '192.0.2.0/24 dev eth0']);
	expect(ipv4Routes(routeHead)).toEqual([]);
});

test('an address gets interface and prefix from the route to its network, and neither without one', () => {
	expect(ipv4Addresses(trie, ipv4Routes(routes))).toEqual([
		{address: '127.0.0.1', prefix: 8, interface: 'lo'},
		{address: '192.0.2.2', prefix: 24, interface: 'eth0'},
		{address: '198.51.100.7'},
	]);
	expect(ipv4Addresses('', [])).toEqual([]);
});

test('reads IPv6 addresses and routes', () => {
	const table = `fd000000000000000000000000000002 04 40 00 82     eth0
00000000000000000000000000000001 01 80 10 80       lo
`;
	expect(ipv6Addresses(table)).toEqual([
		{interface: 'eth0', address: 'fd00::2/64'},
		{interface: 'lo', address: '::1/128'},
	]);
	const zero = '0'.repeat(32);
	const rows = [
		`fd000000000000000000000000000000 40 ${zero} 00 ${zero} 00000100 00000001 00000000 00000001     eth0`,
		`${zero} 00 ${zero} 00 fd000000000000000000000000000001 00000400 00000003 00000000 00000003     eth0`,
		`00000000000000000000000000000001 80 ${zero} 00 ${zero} 00000000 00000002 00000000 80200001       lo`,
		`ff000000000000000000000000000000 08 ${zero} 00 ${zero} 00000100 00000003 00000000 00000001     eth0`,
		`${zero} 00 ${zero} 00 ${zero} ffffffff 00000001 00000000 00200200       lo`,
	];
	expect(routeWords(ipv6Routes(rows.join('\n')))).toEqual(['fd00::/64 dev eth0', 'default via fd00::1 dev eth0']);
});

test('the destinations of all tables are in the trie, without addresses of the host itself', () => {
	const trie = `Id 200:
  +-- 10.89.7.0/24 2 0 2
     |-- 10.89.7.0
        /24 link UNICAST
        /25 universe BLACKHOLE
Main:
  +-- 0.0.0.0/0 3 0 5
     |-- 0.0.0.0
        /0 universe UNICAST
     |-- 10.5.0.1
        /32 host LOCAL
     |-- 10.5.0.255
        /32 link BROADCAST
     |-- 10.89.7.0
        /24 link UNICAST
`;
	expect(allIpv4Destinations(trie)).toEqual([
		{network: '10.89.7.0', prefix: 24},
		{network: '10.89.7.0', prefix: 25},
		{network: '0.0.0.0', prefix: 0},
	]);
});
