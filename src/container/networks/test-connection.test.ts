import {expect, test} from 'vitest';
import {listenerHop} from './listener-hop.ts';
import {routeTo} from './network-facts.ts';
import {inHosts, resolversOf} from './test-connection.ts';

const listens = (...addresses: readonly string[]) => ({
	name: 'db',
	listening: addresses.map(address => ({protocol: 'tcp' as const, address, port: 80, inode: '1'})),
});

test.each([
	['0.0.0.0', 'ok'],
	['::', 'ok'],
	['10.0.0.2', 'ok'],
	['::ffff:10.0.0.2', 'ok'],
	['127.0.0.1', 'failed'],
	['::1', 'failed'],
	['10.0.0.3', 'failed'],
])('a connection to 10.0.0.2 with a listener on %s: %s', (address, state) => {
	expect(listenerHop(listens(address), {address: '10.0.0.2', port: 80}).state).toBe(state);
	expect(listenerHop(listens(address), {address: '10.0.0.2', port: 81}).state).toBe('failed');
	expect(listenerHop(listens(address), {address: '10.0.0.2', port: 80, protocol: 'udp'}).state).toBe('failed');
});

test.each([
	['::', 'ok'],
	['fd00::2', 'ok'],
	['0.0.0.0', 'failed'],
	['::1', 'failed'],
])('a connection to fd00::2 with a listener on %s: %s', (address, state) => {
	const hop = listenerHop(listens(address), {address: 'fd00::2', port: 80});
	expect([hop.state, hop.hint]).toEqual([state, state === 'ok' ? undefined : 'let the program listen on ::']);
});

test('what listens on a loopback address is reached there, also beside others', () => {
	expect(listenerHop(listens('127.0.0.1'), {address: '127.0.0.1', port: 80}).state).toBe('ok');
	expect(listenerHop(listens('127.0.0.1', '0.0.0.0'), {address: '10.0.0.2', port: 80}).state).toBe('ok');
});

test('the names of a hosts file are found in any case, and comments are none', () => {
	const hosts = '::1 localhost\n127.0.0.1 localhost\n# web eth0\n10.0.0.2 web WWW # db\n10.0.0.3\tweb\n';
	expect(inHosts(hosts, 'Web')).toEqual(['10.0.0.2', '10.0.0.3']);
	expect(inHosts(hosts, 'www')).toEqual(['10.0.0.2']);
	expect(inHosts(hosts, 'localhost')).toEqual(['::1', '127.0.0.1']);
	expect([inHosts(hosts, 'db'), inHosts(hosts, 'eth0'), inHosts(hosts, '10.0.0.2')]).toEqual([[], [], []]);
});

test('at most three resolvers are asked, and the last search list counts', () => {
	const resolv =
		'search a\nnameserver 1.1.1.1\nnameserver ::1\nnameserver 2.2.2.2\nnameserver 3.3.3.3\nnameserver 4.4.4.4\nsearch b c\n';
	expect(resolversOf(resolv)).toEqual({servers: ['1.1.1.1', '::1', '2.2.2.2'], search: ['b', 'c']});
	expect(resolversOf('')).toEqual({servers: [], search: []});
});

test('the narrowest route leads to an address', () => {
	const routes = [
		{interface: 'eth0', network: '0.0.0.0', prefix: 0, gateway: '10.0.0.1'},
		{interface: 'eth1', network: '10.0.0.0', prefix: 8},
		{interface: 'eth2', network: '10.1.0.0', prefix: 16},
	];
	expect(['10.1.2.3', '10.2.0.1', '9.9.9.9'].map(address => routeTo(address, routes)?.interface)).toEqual([
		'eth2',
		'eth1',
		'eth0',
	]);
	expect(routeTo('9.9.9.9', routes.slice(1))).toBeUndefined();
});
