import {expect, test} from 'vitest';
import {containerNetwork} from './container-network.ts';
import {leasePath, leaseText, writeNetwork} from '../../state/network.ts';
import {portWords} from '../../spec/values/port-words.ts';
import {machineWith} from '../../../test/support/sample-running.ts';

const dev = (...names: readonly string[]): string =>
	`head\nhead\n${names.map(name => `${name}: 1 2 0 0 0 0 0 0 3 4 0 0 0 0 0 0\n`).join('')}`;
const counts = {rxBytes: 1, txBytes: 3, rxPackets: 2, txPackets: 4};

test("a network of its own has lo with its addresses, and what listens, with the program's name", () => {
	const machine = machineWith(
		{
			'/proc/7/net/dev': dev('lo'),
			'/proc/7/net/fib_trie': 'Local:\n  |-- 127.0.0.0\n     /8 host LOCAL\n  |-- 127.0.0.1\n     /32 host LOCAL\n',
			'/proc/7/net/if_inet6': '00000000000000000000000000000001 01 80 10 80       lo\n',
			'/proc/7/net/tcp': 'head\n 0: 00000000:0050 00000000:0000 0A 0:0 0:0 0 0 0 222 1 0\n',
			'/proc/7/fd/3': '',
		},
		{namespaces: ['network'], ports: [{target: 80, published: 8080, protocol: 'tcp'}]},
	);
	const host = {...machine.host, readlink: (path: string) => (path === '/proc/7/fd/3' ? 'socket:[222]' : undefined)};
	expect(containerNetwork({...machine, host}, 'demo')).toEqual({
		kind: 'own',
		interfaces: [{name: 'lo', ...counts, addresses: ['127.0.0.1/8', '::1/128']}],
		routes: [],
		listening: [{protocol: 'tcp', address: '0.0.0.0', port: 80, program: 'httpd'}],
		networks: [],
		ports: ['8080:80/tcp'],
		isPublished: false,
	});
});

test('a container on a network has its name there, and its ports are published; on internal ones alone they are not', () => {
	const lease = {address: '10.89.0.2', container: 'demo', interface: 'eth0', hostEnd: 'tsb1', mac: '02:42:0a:59:00:02'};
	const seen = (internal: boolean) => {
		const machine = machineWith({}, {namespaces: ['network'], ports: [{target: 80, published: 8080, protocol: 'tcp'}]});
		const record = {
			schema: 1,
			name: 'shop_default',
			project: 'shop',
			driver: 'bridge',
			bridge: 'tsb-1',
			subnets: [{subnet: '10.89.0.0/24', gateway: '10.89.0.1'}],
			internal,
			labels: {},
		} as const;
		writeNetwork(machine.host, machine.dirs.state, record);
		const path = leasePath(machine.dirs.state, record.name, lease.address);
		machine.host.writeWhole(path, leaseText({...lease, names: ['web', 'demo']}));
		return containerNetwork(machine, 'demo');
	};
	expect(seen(false)).toMatchObject({
		networks: [
			{name: 'shop_default', addresses: ['10.89.0.2'], interface: 'eth0', names: ['web', 'demo'], internal: false},
		],
		ports: ['0.0.0.0:8080 -> 80/tcp'],
		isPublished: true,
	});
	expect(seen(false)).not.toHaveProperty('egress');
	expect(seen(true)).toMatchObject({ports: ['8080:80/tcp'], isPublished: false});
});

test('an address without a route belongs to the only interface, or to none', () => {
	const trie = 'Local:\n  |-- 198.51.100.7\n     /32 host LOCAL\n';
	const addresses = (...names: readonly string[]) =>
		containerNetwork(
			machineWith({'/proc/7/net/dev': dev(...names), '/proc/7/net/fib_trie': trie}),
			'demo',
		).interfaces.map(each => each.addresses);
	expect(addresses('lo', 'eth0')).toEqual([[], ['198.51.100.7']]);
	expect(addresses('lo', 'eth0', 'eth1')).toEqual([[], [], []]);
});

test("without a network namespace it is the host's network, and a stopped container has none", () => {
	expect(containerNetwork(machineWith({}), 'demo')).toMatchObject({kind: 'host', interfaces: [], routes: []});
	expect(() => containerNetwork(machineWith({}, {process: null}), 'demo')).toThrow('demo is not running');
});

test('published ports are written as in `ports`', () => {
	expect(portWords({target: 80, protocol: 'tcp'})).toBe('80/tcp');
	expect(portWords({hostIp: '::1', published: 53, target: 53, protocol: 'udp'})).toBe('[::1]:53:53/udp');
	expect(portWords({hostIp: '127.0.0.1', target: 80, protocol: 'tcp'})).toBe('127.0.0.1::80/tcp');
});

test('the list of what it reaches outside is that of its record', () => {
	const machine = machineWith({}, {namespaces: ['network'], egress: {entries: ['10.0.0.0/8'], id: 'x'}});
	expect(containerNetwork(machine, 'demo').egress).toEqual(['10.0.0.0/8']);
});
