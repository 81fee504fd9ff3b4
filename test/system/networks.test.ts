import {execFileSync} from 'node:child_process';
import {randomUUID} from 'node:crypto';
import {existsSync, readdirSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {type Ended, type TestBox, testBox} from './box.ts';

/* Networks that `network create` makes: definitions in the store, without any change of this host's own networks. */

const network = (at: TestBox, ...words: readonly string[]): Promise<Ended> => at.tsbox(['network', ...words]);
const definitions = (at: TestBox): readonly string[] => {
	const folder = join(at.folder, 'store/networks');
	return existsSync(folder) ? readdirSync(folder) : [];
};
const ok = {status: 0, signal: null, err: ''};

/** Whether this host has the interface of a network, or a route to its subnet. */
const isOnHost = ({bridge, subnets}: Shown): boolean =>
	existsSync(`/sys/class/net/${bridge}`) ||
	subnets.some(({subnet}) => {
		const routes = execFileSync('ip', ['route', 'show', 'table', 'all', subnet], {encoding: 'utf8'}).split('\n');
		// The containers of another test, with a state of its own, may have the same subnet meanwhile.
		return routes.some(route => route !== '' && !/ dev tsb-[\da-f]{8} /.test(`${route} `));
	});

interface Shown {
	readonly subnets: readonly {readonly subnet: string; readonly gateway: string}[];
	readonly bridge: string;
}
const inspect = async (at: TestBox, name: string): Promise<Shown> =>
	JSON.parse((await network(at, 'inspect', name)).out) as Shown;

test('a network is made, looked at, and removed, and this host stays as it is', async () => {
	await using at = await testBox();
	expect(await network(at, 'create', '--label', 'team=web', '--internal', 'shared')).toEqual({...ok, out: 'shared\n'});
	const addresses = ['--subnet', '10.5.0.0/24', '--gateway', '10.5.0.254', '--ip-range', '10.5.0.128/25'];
	const options = ['--aux-address', 'printer=10.5.0.9', '-o', 'com.docker.network.driver.mtu=1450'];
	expect(await network(at, 'create', ...addresses, ...options, 'office')).toEqual({...ok, out: 'office\n'});
	const rows = JSON.parse((await network(at, 'ls', '--json')).out) as unknown;
	expect(rows).toMatchObject([
		{
			name: 'office',
			subnets: [
				{
					subnet: '10.5.0.0/24',
					gateway: '10.5.0.254',
					ipRange: '10.5.0.128/25',
					auxAddresses: {printer: '10.5.0.9'},
				},
			],
			mtu: 1450,
			internal: false,
		},
		{name: 'shared', project: null, internal: true, labels: {team: 'web'}, containers: []},
	]);
	const [header, ...lines] = (await network(at, 'ls')).out.trimEnd().split('\n');
	expect(header?.split(/ {2,}/)).toEqual(['NAME', 'PROJECT', 'DRIVER', 'SUBNET', 'DEVICE', 'CONTAINERS']);
	const office = await inspect(at, 'office');
	expect([isOnHost(office), isOnHost(await inspect(at, 'shared'))]).toEqual([false, false]);
	expect(lines[0]?.split(/ {2,}/)).toEqual(['office', '-', 'bridge', '10.5.0.0/24', office.bridge, '0']);
	expect((await network(at, 'ls', '-q')).out).toBe('office\nshared\n');
	expect((await at.tsbox(['completion', 'names', 'network', 'rm'])).out).toBe('office\nshared\n');
	expect(statSync(join(at.folder, 'store/networks')).mode & 0o777).toBe(0o700);
	const removed = await network(at, 'rm', 'office', 'nothing', 'shared');
	expect({...removed, err: removed.err.split('\n')[0]}).toEqual({
		status: 125,
		signal: null,
		out: 'office\nshared\n',
		err: 'error: there is no network nothing',
	});
	expect(definitions(at)).toEqual([]);
	expect(at.leftovers()).toEqual([]);
});

test('prune removes what is unused, and a damaged definition is removed by name', async () => {
	await using at = await testBox();
	for (const name of ['a', 'b']) await network(at, 'create', name);
	writeFileSync(join(at.folder, 'store/networks/a.json'), '{"schema": 1');
	expect((await network(at, 'ls', '-q')).out).toBe('b\n');
	expect(await network(at, 'prune')).toEqual({...ok, out: 'b\n'});
	expect(definitions(at)).toEqual(['a.json']);
	expect(await network(at, 'rm', 'a')).toEqual({...ok, out: 'a\n'});
	expect(definitions(at)).toEqual([]);
});

test('of several that are made at once each has a subnet of its own, and one name goes to one of them', async () => {
	await using at = await testBox();
	const names = ['a', 'b', 'c', 'same', 'same', 'same'];
	const ended = await Promise.all(names.map(name => network(at, 'create', name)));
	expect(ended.slice(0, 3).map(({status}) => status)).toEqual([0, 0, 0]);
	const others = ended.slice(3);
	expect(others.filter(({status}) => status === 0)).toHaveLength(1);
	const taken = others.filter(({err}) => err.startsWith('error: there is a network named same already\n'));
	expect(taken).toHaveLength(2);
	const rows = JSON.parse((await network(at, 'ls', '--json')).out) as readonly Shown[];
	expect(new Set(rows.map(({subnets}) => subnets[0]?.subnet)).size).toBe(4);
	expect(new Set(rows.map(({bridge}) => bridge)).size).toBe(4);
});

test('the pools of the configuration are used, and their end is told', async () => {
	await using at = await testBox();
	at.file('tsbox.config.yaml', 'networks: {pools: [{base: 10.7.0.0/23, size: 24}]}\n');
	const create = (name: string) =>
		at.tsbox(['--config', join(at.folder, 'tsbox.config.yaml'), 'network', 'create', name]);
	expect([(await create('a')).status, (await create('b')).status]).toEqual([0, 0]);
	expect([(await inspect(at, 'a')).subnets, (await inspect(at, 'b')).subnets]).toMatchObject([
		[{subnet: '10.7.0.0/24', gateway: '10.7.0.1'}],
		[{subnet: '10.7.1.0/24', gateway: '10.7.1.1'}],
	]);
	const full = await create('c');
	expect(full.status).toBe(125);
	expect(full.err).toContain('error: no IPv4 subnet is free\n  cause    all of 10.7.0.0/23 as /24 is used\n');
	expect(full.err).toContain('networks.pools');
});

test('a route of this host, in whatever table, keeps its addresses', async () => {
	await using at = await testBox();
	// In a network namespace of its own, so that no route of this host changes.
	const name = `tsb-test-${randomUUID().slice(0, 8)}`;
	execFileSync('ip', ['netns', 'add', name]);
	try {
		const inside = ['netns', 'exec', name];
		execFileSync('ip', [...inside, 'ip', 'link', 'add', 'wg-test', 'type', 'bridge']);
		execFileSync('ip', [...inside, 'ip', 'link', 'set', 'wg-test', 'up']);
		for (const route of ['10.89.0.0/24', '0.0.0.0/1'])
			execFileSync('ip', [...inside, 'ip', 'route', 'add', route, 'dev', 'wg-test', 'table', '77']);
		const within = (...words: readonly string[]) => {
			const folders = ['--store', join(at.folder, 'store'), '--state', join(at.folder, 'state')];
			const program = join(import.meta.dirname, '../../bin/tsbox');
			return execFileSync('ip', [...inside, program, ...folders, 'network', ...words], {
				encoding: 'utf8',
				stdio: 'pipe',
			});
		};
		within('create', 'a');
		expect((await inspect(at, 'a')).subnets).toMatchObject([{subnet: '10.89.1.0/24'}]);
		expect(() => within('create', '--subnet', '10.89.0.64/26', 'b')).toThrow(
			'it overlaps the route to 10.89.0.0/24 through wg-test of this host',
		);
		within('create', '--subnet', '10.90.0.0/24', 'c');
	} finally {
		execFileSync('ip', ['netns', 'delete', name]);
	}
	expect(definitions(at)).toEqual(['a.json', 'c.json']);
});

const subnet = ['--subnet', '10.5.0.0/24'];
const bridgeName = (name: string) => ['-o', `com.docker.network.bridge.name=${name}`];
test('bad input is refused before anything is written, with what to do instead', async () => {
	await using at = await testBox();
	await network(at, 'create', '--subnet', '10.6.0.0/24', ...bridgeName('tsb-taken'), 'taken');
	const wrong: readonly (readonly [words: readonly string[], status: number, error: string])[] = [
		[['..'], 2, '".." is not a valid network name'],
		[['a b'], 2, '"a b" is not a valid network name'],
		[['none'], 2, 'no network can be named none'],
		[['taken'], 125, 'there is a network named taken already'],
		[['x', 'y'], 2, 'network create takes one name'],
		[['--driver', 'overlay', 'x'], 2, '--driver "overlay": tsbox has bridge, macvlan, ipvlan'],
		[['--driver', 'macvlan', 'x'], 2, 'the driver `macvlan` needs a device of the host'],
		[['-d', 'macvlan', '-o', 'parent=eth0', '-o', 'macvlan_mode=l2', 'x'], 2, 'macvlan_mode must be'],
		[['-d', 'ipvlan', '-o', 'parent=eth0.9999', 'x'], 2, 'names the VLAN 9999'],
		[[...bridgeName('sixteen-letters-'), 'x'], 2, 'has 16 characters'],
		[[...bridgeName('lo'), 'x'], 2, 'must not be `lo`'],
		[[...bridgeName('tsb-taken'), 'x'], 125, 'the interface name tsb-taken is taken'],
		[['-o', 'com.docker.network.driver.mtu=big', 'x'], 2, 'must be a whole number from 68 to 65535'],
		[['-o', 'parent=eth0', 'x'], 2, '--opt parent is no option of the driver'],
		[['--subnet', '10.6.0.0/16', 'x'], 125, 'it overlaps the network taken'],
		[['--subnet', '127.0.0.0/24', 'x'], 2, 'no machine can have these addresses'],
		[['--subnet', '10.5.0.1/24', 'x'], 2, 'write `--subnet 10.5.0.0/24`'],
		[['--subnet', 'fd00::/64', 'x'], 2, 'the network has no IPv6'],
		[['--no-ipv4', 'x'], 2, 'a network needs addresses'],
		[[...subnet, '--gateway', '10.5.1.1', 'x'], 2, '--gateway 10.5.1.1: not an address of the subnet 10.5.0.0/24'],
		[[...subnet, '--ip-range', '10.5.1.0/25', 'x'], 2, '--ip-range 10.5.1.0/25: not a part of the subnet 10.5.0.0/24'],
		[[...subnet, '--aux-address', '10.5.0.9', 'x'], 2, 'not an address of the subnet'],
		[['--gateway', '10.5.0.1', 'x'], 2, '--gateway needs --subnet'],
	];
	for (const [words, status, error] of wrong) {
		const ended = await network(at, 'create', ...words);
		expect({words, status: ended.status, out: ended.out}).toEqual({words, status, out: ''});
		expect(ended.err).toContain(error);
		expect(ended.err).toMatch(/^ {2}hint {5}\S/m);
	}
	expect(definitions(at)).toEqual(['taken.json']);
});

test('a name of 64 characters has a bridge that the kernel takes', async () => {
	await using at = await testBox();
	const name = 'n'.repeat(64);
	expect(await network(at, 'create', name)).toEqual({...ok, out: `${name}\n`});
	const {bridge} = await inspect(at, name);
	const space = `tsb-test-${randomUUID().slice(0, 8)}`;
	execFileSync('ip', ['netns', 'add', space]);
	try {
		execFileSync('ip', ['-n', space, 'link', 'add', bridge, 'type', 'bridge']);
		const links = execFileSync('ip', ['-n', space, '-json', 'link', 'show', 'type', 'bridge'], {encoding: 'utf8'});
		expect((JSON.parse(links) as readonly {readonly ifname: string}[]).map(({ifname}) => ifname)).toEqual([bridge]);
	} finally {
		execFileSync('ip', ['netns', 'delete', space]);
	}
});

test.runIf(process.getuid?.() === 0)(
	'doctor finds a firewall that drops what is forwarded, and its hint opens it',
	async () => {
		await using box = await testBox();
		// In a network namespace of its own, so that nobody else meets the firewall.
		const under = ['ip', 'netns', 'exec', box.name];
		const there = (...words: readonly string[]): string =>
			execFileSync('ip', [...under.slice(1), ...words], {encoding: 'utf8'});
		execFileSync('ip', ['netns', 'add', box.name]);
		try {
			there('nft', 'add table inet walls');
			there('nft', 'add chain inet walls closed { type filter hook forward priority 5; policy drop; }');
			const {out} = await box.tsbox(['doctor', '--json'], {under});
			const all = JSON.parse(out) as readonly {id: string; state: string; found: string; hint: string | null}[];
			const found = all.find(({id}) => id === 'networks');
			expect(found).toMatchObject({
				state: 'warn',
				found: 'the chain inet walls closed drops what this host forwards',
			});
			there('sh', '-c', found?.hint ?? 'false');
			const rules = there('nft', 'list', 'table', 'inet', 'walls');
			expect(rules).toContain('iifname "tsb-*" accept');
			expect(rules).toContain('oifname "tsb-*" accept');
		} finally {
			execFileSync('ip', ['netns', 'delete', box.name]);
		}
	},
);
