import {expect, test} from 'vitest';
import {formatCidr, parseCidr} from './address.ts';
import {defaultPools, type Pool, pickSubnet, routesOf, type UsedSubnet} from './pools.ts';

const use = (...texts: readonly string[]): readonly UsedSubnet[] =>
	texts.flatMap(text => {
		const cidr = parseCidr(text);
		return cidr === undefined ? [] : [{cidr, by: text}];
	});
const pool = (base: string, size: number): Pool => ({base, size});
const usual = defaultPools('0123456789abcdef\n');
const pick = (used: readonly UsedSubnet[], family: 4 | 6 = 4, pools = usual) =>
	formatCidr(pickSubnet(pools, family, used));

test.each([
	['nothing', [], '10.89.0.0/24'],
	['the first two', ['10.89.0.0/24', '10.89.1.0/24'], '10.89.2.0/24'],
	['an address within the first', ['10.89.0.77/32'], '10.89.1.0/24'],
	['a gap', ['10.89.0.0/24', '10.89.2.0/24'], '10.89.1.0/24'],
	['the first half of the pool', ['10.89.0.0/17'], '10.89.128.0/24'],
	['the whole pool', ['10.0.0.0/8'], '172.17.0.0/16'],
	['all but the last of Docker', ['10.0.0.0/8', '172.16.0.0/12'], '192.168.0.0/20'],
	['IPv6 only', ['::/0'], '10.89.0.0/24'],
])('with %s in use', (_, used, expected) => {
	expect(pick(use(...used))).toBe(expected);
});

test('the IPv6 pool is of unique local addresses, the same for a machine each time, and another for another', () => {
	expect(pick([], 6)).toMatch(/^fd[\da-f]{2}:[\da-f]{1,4}:[\da-f]{1,4}::\/64$/);
	expect(pick([], 6, defaultPools('a'))).toBe(pick([], 6, defaultPools('a')));
	expect(pick([], 6, defaultPools('a'))).not.toBe(pick([], 6, defaultPools('b')));
});

test('pools that are used up are named', () => {
	expect(() => pick(use('10.1.0.0/23'), 4, [pool('10.1.0.0/23', 24)])).toThrow('no IPv4 subnet is free');
	expect(() => pick([], 6, [pool('10.1.0.0/23', 24)])).toThrow('no IPv6 subnet is free');
});

test('a pool at the end of all addresses ends there', () => {
	expect(() => pick(use('255.255.255.255/32'), 4, [pool('255.255.255.0/24', 24)])).toThrow('no IPv4 subnet is free');
});

test('a pool of many subnets is not tried one by one', () => {
	const many = pool('fd00::/8', 120);
	const [used] = use('fd00::/9');
	expect(pick(used === undefined ? [] : [used], 6, [many])).toBe('fd80::/120');
});

test('routes of all tables count, but for ways to the Internet and those that each interface has', () => {
	const printed = [
		{dst: 'default', gateway: '192.0.2.1', dev: 'eth0', flags: []},
		{dst: '0.0.0.0/1', dev: 'tun0', flags: []},
		{dst: '128.0.0.0/1', dev: 'tun0', flags: []},
		{dst: '10.8.0.0/16', dev: 'wg0', table: '51820', flags: []},
		{type: 'local', dst: '192.0.2.7', dev: 'eth0', table: 'local', flags: []},
		{type: 'unreachable', dst: '172.20.0.0/16', flags: []},
		{dst: 'fe80::/64', dev: 'eth0', flags: []},
		{type: 'multicast', dst: 'ff00::/8', dev: 'eth0', table: 'local', flags: []},
		{dst: 'fd00:1::/64', dev: 'br0', flags: []},
		null,
		{dev: 'eth0'},
	];
	expect(routesOf(JSON.stringify(printed)).map(({cidr, by}) => [formatCidr(cidr), by])).toEqual([
		['10.8.0.0/16', 'the route to 10.8.0.0/16 through wg0 of this host'],
		['192.0.2.7/32', 'the route to 192.0.2.7 through eth0 of this host'],
		['172.20.0.0/16', 'the route to 172.20.0.0/16 of this host'],
		['fd00:1::/64', 'the route to fd00:1::/64 through br0 of this host'],
	]);
	expect(routesOf('')).toEqual([]);
});

test.each(['{}', 'ip: invalid option', '[', 'null'])('%j is not taken for routes', text => {
	expect(() => routesOf(text)).toThrow('the routes of this host cannot be read');
});
