import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {lockHolder} from '../../../test/support/lock-holder.ts';
import {recordingHost} from '../../../test/support/recording-host.ts';
import {sampleRecord} from '../../../test/support/sample-record.ts';
import {isTsboxError} from '../../errors/tsbox-error.ts';
import {loadFacts} from '../../host/facts/saved-facts.ts';
import {
	allDefinitions,
	leasePath,
	leaseText,
	type NetworkRecord,
	readLeases,
	readNetwork,
	writeNetwork,
} from '../../state/network.ts';
import {collectNetworks} from './collect-networks.ts';
import {createNetwork, type NetworkOptions} from './create-network.ts';
import {inspectNetwork, listNetworks} from './list-networks.ts';
import {pruneNetworks, removeNetwork} from './remove-networks.ts';

const dirs = {store: '/var/lib/tsbox', state: '/run/tsbox'};
const facts = loadFacts(
	readFileSync(new URL('../../../test/facts/v2-bookworm.json', import.meta.url), 'utf8'),
	'v2-bookworm.json',
);
const routes = [
	{dst: 'default', gateway: '192.0.2.1', dev: 'eth0'},
	{dst: '10.200.0.0/16', dev: 'wg0', table: '51820'},
	{type: 'local', dst: '127.0.0.0/8', dev: 'lo', table: 'local'},
];

/** A machine with these files and routes, on which process 1 owns what it started. */
function machineWith(files: Readonly<Record<string, string>> = {}, ip = {exitCode: 0, stdout: JSON.stringify(routes)}) {
	const host = recordingHost(
		{
			'/proc/sys/kernel/random/boot_id': 'this-boot\n',
			'/proc/1/stat': `1 (tsbox) S ${'0 '.repeat(18)}1 0`,
			'/sys/class/net/eth0': 'dir',
			'/run/tsbox/containers': 'dir',
			...files,
		},
		{start: lockHolder, run: () => ip},
	);
	return {host, machine: {host, dirs, facts, limits: {}, bestEffort: false}};
}

/** A container that process 1 is about to start, or that a process started which is gone. */
function container(name: string, owner: 1 | 2, joined?: string): Readonly<Record<string, string>> {
	const networks = joined === undefined ? [] : [{network: {name: joined}}];
	const detached = {project: 'shop', service: 'web', restarts: 0, health: 'none', exit: null, made: {networks}};
	const record = {
		...sampleRecord,
		name,
		owner: {pid: owner, startTime: '1'},
		process: null,
		...(joined === undefined ? {} : {detached}),
	};
	return {[`/run/tsbox/containers/${name}/record.json`]: JSON.stringify(record)};
}

const record: NetworkRecord = {
	schema: 1,
	name: 'shop_default',
	project: 'shop',
	driver: 'bridge',
	bridge: 'tsb-0a1b2c3d',
	subnets: [{subnet: '10.89.0.0/24', gateway: '10.89.0.1'}],
	internal: false,
	labels: {},
};
const lease = (address: string, name: string): Readonly<Record<string, string>> => ({
	[leasePath(dirs.state, 'shop_default', address)]: leaseText({
		address,
		container: name,
		interface: 'eth0',
		hostEnd: 'tsb0',
		mac: '02:42:0a:59:00:02',
		names: [name, 'web'],
	}),
});

const failure = async (work: Promise<unknown>): Promise<readonly (string | undefined)[]> => {
	try {
		await work;
		return [];
	} catch (error) {
		if (isTsboxError(error)) return [error.code, error.message, error.why ?? error.hint];
		throw error;
	}
};

test('a network is made from all that was asked for', async () => {
	const {host, machine} = machineWith();
	const options: NetworkOptions = {
		subnets: ['10.5.0.0/16'],
		gateways: ['10.5.0.9'],
		ipRanges: ['10.5.1.0/24'],
		auxAddresses: {printer: '10.5.0.5'},
		internal: true,
		attachable: true,
		labels: {team: 'web'},
		driverOptions: {'com.docker.network.driver.mtu': '1450', 'com.docker.network.bridge.name': 'br-front'},
	};
	expect(await createNetwork(machine, 'front', options)).toEqual(['10.5.0.0/16']);
	const network = {
		name: 'front',
		project: null,
		driver: 'bridge',
		internal: true,
		attachable: true,
		bridge: 'br-front',
		parent: null,
	};
	const subnet = {
		subnet: '10.5.0.0/16',
		gateway: '10.5.0.9',
		ipRange: '10.5.1.0/24',
		auxAddresses: {printer: '10.5.0.5'},
	};
	expect(await listNetworks(machine)).toEqual([
		{...network, subnets: [subnet], mtu: 1450, labels: {team: 'web'}, created: expect.any(Number), containers: []},
	]);
	expect(allDefinitions(host, dirs.store)).toHaveLength(1);
});

test('subnets are picked beside other networks, those that run, and routes of any table', async () => {
	const {host, machine} = machineWith();
	writeNetwork(host, dirs.state, record);
	expect([await createNetwork(machine, 'a'), await createNetwork(machine, 'b')]).toEqual([
		['10.89.1.0/24'],
		['10.89.2.0/24'],
	]);
	const pools = {...machine, networkPools: [{base: '10.200.0.0/15', size: 16}]};
	expect(await createNetwork(pools, 'c')).toEqual(['10.201.0.0/16']);
	expect(await failure(createNetwork(pools, 'd'))).toEqual([
		'E_NETWORK_FULL',
		'no IPv4 subnet is free',
		'all of 10.200.0.0/15 as /16 is used',
	]);
});

test('a network of both families has a subnet of each, and aux addresses go to theirs', async () => {
	const {machine} = machineWith({'/etc/machine-id': 'a'});
	expect(await createNetwork(machine, 'picked', {ipv6: true})).toEqual([
		'10.89.0.0/24',
		expect.stringMatching(/^fd.*::\/64$/),
	]);
	const options: NetworkOptions = {
		ipv6: true,
		subnets: ['fd00:5::/64', '10.5.0.0/24'],
		gateways: ['fd00:5::9'],
		ipRanges: ['fd00:5::100/120'],
		auxAddresses: {a: '10.5.0.9', b: 'fd00:5::7'},
	};
	expect(await createNetwork(machine, 'asked', options)).toEqual(['10.5.0.0/24', 'fd00:5::/64']);
	expect((await inspectNetwork(machine, 'asked')).subnets).toEqual([
		{subnet: '10.5.0.0/24', gateway: '10.5.0.1', ipRange: null, auxAddresses: {a: '10.5.0.9'}},
		{subnet: 'fd00:5::/64', gateway: 'fd00:5::9', ipRange: 'fd00:5::100/120', auxAddresses: {b: 'fd00:5::7'}},
	]);
	expect(await createNetwork(machine, 'alone', {ipv4: false, ipv6: true})).toHaveLength(1);
});

test('a name of 64 characters is as good as any', async () => {
	const {machine} = machineWith();
	await createNetwork(machine, 'n'.repeat(64));
	expect((await inspectNetwork(machine, 'n'.repeat(64))).bridge).toMatch(/^tsb-[\da-f]{8}$/);
});

const sub = (subnet: string, more: NetworkOptions = {}): NetworkOptions => ({subnets: [subnet], ...more});
const driverOption = (name: string, value: string): NetworkOptions => ({
	driverOptions: {[`com.docker.network.${name}`]: value},
});
test.each<[string, NetworkOptions, string, string]>([
	['../x', {}, 'E_USAGE', '"../x" is not a valid network name'],
	['', {}, 'E_USAGE', '"" is not a valid network name'],
	['n'.repeat(300), {}, 'E_USAGE', 'is not a valid network name'],
	['host', {}, 'E_USAGE', 'no network can be named host'],
	['x', {driver: 'overlay'}, 'E_USAGE', '--driver "overlay"'],
	['x', {driver: 'ipvlan'}, 'E_USAGE', 'the driver `ipvlan` needs a device of the host'],
	['shop_default', {}, 'E_NETWORK_TAKEN', 'there is a network named shop_default already'],
	['x', driverOption('bridge.name', 'a'.repeat(16)), 'E_USAGE', 'has 16 characters'],
	['x', driverOption('bridge.name', 'eth0'), 'E_NETWORK_TAKEN', 'the interface name eth0 is taken'],
	['x', driverOption('bridge.name', 'tsb-0a1b2c3d'), 'E_NETWORK_TAKEN', 'the interface name tsb-0a1b2c3d is taken'],
	['x', driverOption('driver.mtu', '67'), 'E_USAGE', 'must be a whole number from 68 to 65535'],
	['x', driverOption('driver.mtu', '65536'), 'E_USAGE', 'must be a whole number from 68 to 65535'],
	['x', driverOption('driver.mtu', 'big'), 'E_USAGE', 'must be a whole number from 68 to 65535'],
	['x', driverOption('bridge.enable_icc', 'true'), 'E_USAGE', 'is no option of the driver `bridge`'],
	['x', sub('10.5.0.0'), 'E_USAGE', 'not a block of addresses'],
	['x', sub('10.5.0.7/24'), 'E_USAGE', 'not the first address of its block'],
	['x', sub('fd00:5::/64'), 'E_USAGE', '--subnet fd00:5::/64: the network has no IPv6'],
	['x', sub('10.5.0.0/24', {ipv4: false, ipv6: true}), 'E_USAGE', '--subnet 10.5.0.0/24: the network has no IPv4'],
	['x', {ipv4: false}, 'E_USAGE', '--no-ipv4: a network needs addresses'],
	['x', sub('fd00:5::/127', {ipv6: true}), 'E_USAGE', 'the prefix must be from 8 to 126'],
	['x', sub('fe80:5::/64', {ipv6: true}), 'E_USAGE', 'no machine can have these addresses'],
	['x', {subnets: ['10.5.0.0/24', '10.6.0.0/24']}, 'E_USAGE', '--subnet 10.6.0.0/24: the network has 10.5.0.0/24'],
	['x', sub('10.5.0.0/24', {ipv6: true, gateways: ['fd00::1']}), 'E_USAGE', '--gateway needs --subnet'],
	['x', sub('10.5.0.0/24', {gateways: ['10.5.0.1', '10.5.0.2']}), 'E_USAGE', '--gateway 10.5.0.2: the subnet has one'],
	['x', {ipv6: true, ...driverOption('driver.mtu', '1279')}, 'E_USAGE', 'IPv6 needs 1280'],
	['x', sub('0.0.0.0/0'), 'E_USAGE', 'the prefix must be from 8 to 31'],
	['x', sub('10.5.0.1/32'), 'E_USAGE', 'the prefix must be from 8 to 31'],
	['x', sub('127.5.0.0/16'), 'E_USAGE', 'no machine can have these addresses'],
	['x', sub('239.0.0.0/8'), 'E_USAGE', 'no machine can have these addresses'],
	['x', sub('10.89.0.128/25'), 'E_NETWORK_TAKEN', 'the subnet 10.89.0.128/25 is taken'],
	['x', sub('10.200.7.0/24'), 'E_NETWORK_TAKEN', 'the subnet 10.200.7.0/24 is taken'],
	['x', sub('10.5.0.0/24', {gateways: ['10.5.1.1']}), 'E_USAGE', '--gateway 10.5.1.1: not an address of the subnet'],
	['x', sub('10.5.0.0/24', {gateways: ['10.5.0.0']}), 'E_USAGE', '--gateway 10.5.0.0: not an address of the subnet'],
	['x', sub('10.5.0.0/24', {gateways: ['router']}), 'E_USAGE', '--gateway router: not an address of the subnet'],
	['x', sub('10.5.0.0/24', {ipRanges: ['10.5.1.0/25']}), 'E_USAGE', '--ip-range 10.5.1.0/25: not a part of the subnet'],
	['x', sub('10.5.0.0/24', {ipRanges: ['10.4.0.0/15']}), 'E_USAGE', '--ip-range 10.4.0.0/15: not a part of the subnet'],
	['x', sub('10.5.0.0/24', {auxAddresses: {a: '10.6.0.1'}}), 'E_USAGE', '--aux-address a 10.6.0.1: not an address'],
	[
		'x',
		sub('10.5.0.0/24', {auxAddresses: {a: '10.5.0.5', b: '10.5.0.5'}}),
		'E_USAGE',
		'--aux-address b=10.5.0.5: a has this address',
	],
	[
		'x',
		sub('10.5.0.0/24', {gateways: ['10.5.0.5'], auxAddresses: {a: '10.5.0.5'}}),
		'E_USAGE',
		'--gateway 10.5.0.5: --aux-address a has this address',
	],
	['x', sub('10.5.0.0/31', {auxAddresses: {a: '10.5.0.1'}}), 'E_NETWORK_FULL', 'no address is left on the network x'],
	['x', sub('10.5.0.0/24', {ipRanges: ['10.5.0.1/32']}), 'E_NETWORK_FULL', 'no address is left on the network x'],
	['x', {gateways: ['10.5.0.1']}, 'E_USAGE', '--gateway needs --subnet'],
	['x', {ipRanges: ['10.5.0.0/24']}, 'E_USAGE', '--ip-range needs --subnet'],
	['x', {auxAddresses: {a: '10.5.0.1'}}, 'E_USAGE', '--aux-address needs --subnet'],
])('a network %s with %j is refused', async (name, options, code, message) => {
	const {host, machine} = machineWith();
	writeNetwork(host, dirs.state, record);
	expect(await failure(createNetwork(machine, name, options))).toEqual([
		code,
		expect.stringContaining(message),
		expect.any(String),
	]);
	expect(allDefinitions(host, dirs.store)).toEqual([]);
});

test('who has the subnet is named: a network, or a route', async () => {
	const {host, machine} = machineWith();
	writeNetwork(host, dirs.state, record);
	const why = async (subnet: string) => (await failure(createNetwork(machine, 'x', sub(subnet)))).at(2);
	expect(await why('10.88.0.0/15')).toBe('it overlaps the network shop_default');
	expect(await why('10.200.7.0/24')).toBe('it overlaps the route to 10.200.0.0/16 through wg0 of this host');
});

test('routes that cannot be read are no empty list of routes', async () => {
	const busybox = machineWith({}, {exitCode: 1, stdout: ''});
	expect((await failure(createNetwork(busybox.machine, 'x'))).slice(0, 2)).toEqual([
		'E_SYSTEM',
		'the routes of this host cannot be read',
	]);
	const noIp = {...busybox.machine, facts: {...facts, tools: {...facts.tools, ip: null}}};
	expect((await failure(createNetwork(noIp, 'x'))).slice(0, 2)).toEqual(['E_HOST_UNSUPPORTED', 'this host has no ip']);
});

test('a network shows the containers that are on it, without those that are gone', async () => {
	const {host, machine} = machineWith({
		...container('shop-web-1', 1),
		...lease('10.89.0.2', 'shop-web-1'),
		...container('died', 2),
		...lease('10.89.0.3', 'died'),
		...lease('10.89.0.4', 'never-was'),
	});
	writeNetwork(host, dirs.state, record);
	expect(await listNetworks(machine)).toMatchObject([
		{name: 'shop_default', project: 'shop', created: null, containers: ['shop-web-1']},
	]);
	expect((await inspectNetwork(machine, 'shop_default')).containers).toEqual([
		{
			name: 'shop-web-1',
			addresses: ['10.89.0.2'],
			mac: '02:42:0a:59:00:02',
			interface: 'eth0',
			aliases: ['shop-web-1', 'web'],
		},
	]);
	expect(await failure(inspectNetwork(machine, 'shop_defualt'))).toEqual([
		'E_NETWORK_NOT_FOUND',
		'there is no network shop_defualt',
		'did you mean shop_default?',
	]);
});

test('a network in use is not removed, neither by name nor by prune; a stopped container uses it too', async () => {
	const {host, machine} = machineWith({
		...container('shop-web-1', 1),
		...lease('10.89.0.2', 'shop-web-1'),
		...container('stopped', 2, 'front'),
	});
	writeNetwork(host, dirs.state, record);
	for (const name of ['front', 'unused']) await createNetwork(machine, name);
	expect(await failure(removeNetwork(machine, 'shop_default'))).toEqual([
		'E_NETWORK_IN_USE',
		'the network shop_default is in use',
		'shop-web-1 is on it',
	]);
	expect((await failure(removeNetwork(machine, 'front'))).at(2)).toBe('stopped is on it');
	expect(await pruneNetworks(machine)).toEqual(['unused']);
	expect(await pruneNetworks(machine)).toEqual([]);
	expect(await failure(removeNetwork(machine, 'unused'))).toEqual([
		'E_NETWORK_NOT_FOUND',
		'there is no network unused',
		'list the networks with `listNetworks()`',
	]);
	expect(allDefinitions(host, dirs.store).map(({name}) => name)).toEqual(['front']);
});

test('a network that a crash left is of gc, not of rm', async () => {
	const {host, machine} = machineWith(lease('10.89.0.2', 'died'));
	writeNetwork(host, dirs.state, record);
	expect((await failure(removeNetwork(machine, 'shop_default'))).at(0)).toBe('E_NETWORK_IN_USE');
	expect(readNetwork(host, dirs.state, 'shop_default')).toEqual(record);
});

test('gc removes leases of containers that are gone, and the network with the last of them', async () => {
	const {host, machine} = machineWith({
		...container('lives', 1),
		...lease('10.89.0.2', 'lives'),
		...lease('10.89.0.3', 'died'),
		[leasePath(dirs.state, 'shop_default', '10.89.0.4')]: '# half',
		'/run/tsbox/networks/.dead-7-1-old/network.json': '{}',
	});
	writeNetwork(host, dirs.state, record);
	const bridges: string[] = [];
	const collect = () => collectNetworks(machine, async ({bridge = ''}) => void bridges.push(bridge));
	expect(await collect()).toEqual([
		'/run/tsbox/networks/.dead-7-1-old',
		'/run/tsbox/networks/shop_default/leases/10.89.0.3',
	]);
	// A lease that is being written is left to whoever writes it: the clock of this host is at its beginning.
	expect(readLeases(host, dirs.state, 'shop_default').map(({address}) => address)).toEqual(['10.89.0.2']);
	expect(bridges).toEqual([]);
	host.removeTree('/run/tsbox/containers/lives');
	host.removeTree(leasePath(dirs.state, 'shop_default', '10.89.0.4'));
	expect(await collect()).toEqual(['/run/tsbox/networks/shop_default']);
	expect(bridges).toEqual(['tsb-0a1b2c3d']);
	expect(await collect()).toEqual([]);
	expect(bridges).toHaveLength(1);
});

test('a network whose bridge cannot be removed is kept for the next gc', async () => {
	const {host, machine} = machineWith(lease('10.89.0.2', 'died'));
	writeNetwork(host, dirs.state, record);
	const busy = collectNetworks(machine, async () => {
		throw new Error('busy');
	});
	await expect(busy).rejects.toThrow('busy');
	expect(readNetwork(host, dirs.state, 'shop_default')).toEqual(record);
	expect(await collectNetworks(machine, async () => {})).toEqual(['/run/tsbox/networks/shop_default']);
});

test('a lease that was begun long ago is left by a kill', async () => {
	const {host, machine} = machineWith({[leasePath(dirs.state, 'shop_default', '10.89.0.4')]: ''});
	writeNetwork(host, dirs.state, record);
	const late = {...machine, host: {...host, now: () => 60_000}};
	expect(await collectNetworks(late, async () => {})).toEqual(['/run/tsbox/networks/shop_default']);
});
