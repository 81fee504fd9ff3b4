import {execFileSync, spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {type TestBox, testBox} from './box.ts';
import {asks, bringUp, fetched, isAble, left, noteLinks, serves6, sleeps, stack, unusedPort} from './network-stack.ts';
import {rows, until} from './project.ts';

/* Networks with IPv6. */

const hasIpv6 = existsSync('/proc/sys/net/ipv6') && existsSync('/usr/bin/curl');
const six = 'networks: {default: {enable_ipv6: true}}\n';

async function inside(box: TestBox, container: string, script: string): Promise<string> {
	return (await box.tsbox(['exec', `${box.name}-${container}-1`, '--', 'sh', '-c', script])).out;
}

/** The addresses of a container, that of IPv4 first. */
function leases(box: TestBox, network: string, container: string): readonly string[] {
	const folder = join(box.folder, `state/networks/${box.name}_${network}/leases`);
	return readdirSync(folder)
		.filter(file => readFileSync(join(folder, file), 'utf8').startsWith(`# ${box.name}-${container}-1 `))
		.toSorted((one, other) => Number(one.includes(':')) - Number(other.includes(':')));
}

/** An IPv6 address of this host that is not of a network of tsbox. */
function hostAddress(): string | undefined {
	const {stdout} = {stdout: execFileSync('ip', ['-o', '-6', 'address', 'show', 'scope', 'global'], {encoding: 'utf8'})};
	return stdout
		.split('\n')
		.filter(line => !/ tsb-?[\da-f]/.test(line))
		.map(line => /inet6 ([\da-f:]+)/.exec(line)?.[1])
		.find(address => address !== undefined);
}

describe.runIf(isAble && hasIpv6)('networks with IPv6', () => {
	test('names, the way out, published ports and what tsbox shows are of both families', async () => {
		await using box = await testBox();
		const port = await unusedPort();
		const spec = stack(
			box,
			{web: `${serves6}ports: ["${port}:80"]\n`, job: `${sleeps}extra_hosts: ["up=host-gateway"]\n`},
			six,
		);
		await bringUp(box, spec);
		const name = `${box.name}-web-1\n`;
		const [web, job] = [`${box.name}-web-1`, `${box.name}-job-1`];
		await until('it serves', async () => (await asks(box, 'job', 'http://web/')) === name);
		expect(await inside(box, 'job', 'curl -s6 -m 3 http://web/')).toBe(name);
		expect(await inside(box, 'job', 'curl -s4 -m 3 http://web/')).toBe(name);
		// Its address is no tentative one, and there is one way out of each family.
		const shown = await inside(box, 'job', 'ip -6 address show eth0; ip route; ip -6 route; cat /etc/hosts');
		expect(shown).toMatch(/inet6 fd\S+\/64 scope global nodad/);
		expect(shown.match(/^default via /gm)).toHaveLength(2);
		expect(shown.match(/^\S+ up$/gm)).toEqual([expect.stringMatching(/^10\./), expect.stringMatching(/^fd/)]);
		const [four = '', own = ''] = leases(box, 'default', 'web');
		const gateway = /^default via (fd\S+)/m.exec(shown)?.[1] ?? '';
		// At the addresses of the host, also from containers, and from the one that serves.
		for (const url of [`http://[${hostAddress() ?? gateway}]:${port}/`, `http://localhost:${port}/`])
			expect(fetched(url)).toBe(name);
		for (const container of ['job', 'web'])
			expect(await asks(box, container, `http://[${gateway}]:${port}/`)).toBe(name);
		expect((await box.tsbox(['port', web])).out).toBe(`80/tcp -> 0.0.0.0:${port}\n80/tcp -> [::]:${port}\n`);
		expect((await box.tsbox(['drift', web])).status).toBe(0);
		const graph = (await box.tsbox(['network', 'graph', `${box.name}_default`])).out;
		for (const text of [`${four} and ${own} on eth0`, `[::]:${port} -> 80/tcp`]) expect(graph).toContain(text);
		const inspected = JSON.parse((await box.tsbox(['inspect', web])).out) as {networks: unknown};
		expect(inspected.networks).toMatchObject([{addresses: [four, own]}]);
		for (const words of [[], ['web:80'], [`[${gateway}]:${port}`]])
			expect(await box.tsbox(['network', 'test', job, ...words])).toMatchObject({status: 0});
		await box.tsbox(['down', '-t', '0', box.name]);
		expect(left(box)).toEqual([]);
	});

	test('a port is published at one address of the host, at all of IPv6, or at all of IPv4', async () => {
		await using box = await testBox();
		const [at, six6, four] = [await unusedPort(), await unusedPort(), await unusedPort()];
		// An address of the host that nobody else has.
		const own = `fd96:${box.name.slice(1, 5).replace(/^0+/, '')}::1`;
		execFileSync('ip', ['address', 'add', `${own}/128`, 'dev', 'lo', 'nodad']);
		try {
			const ports = `ports: ["[${own}]:${at}:80", "[::]:${six6}:80", "0.0.0.0:${four}:80"]\n`;
			await bringUp(box, stack(box, {web: `${serves6}${ports}`}, six));
			const name = `${box.name}-web-1\n`;
			const reached = (host: string, port: number): string => {
				try {
					return execFileSync('curl', ['-s', '-m', '3', `http://${host}:${port}/`], {encoding: 'utf8'});
				} catch {
					return '';
				}
			};
			await until('it serves', () => reached(`[${own}]`, at) === name);
			const hosts = [`[${own}]`, '127.0.0.1', '[::1]'];
			expect(hosts.map(host => reached(host, at))).toEqual([name, '', '']);
			expect(hosts.map(host => reached(host, six6))).toEqual([name, '', '']);
			expect(hosts.map(host => reached(host, four))).toEqual(['', name, '']);
			expect((await box.tsbox(['port', `${box.name}-web-1`])).out).toBe(
				`80/tcp -> [${own}]:${at}\n80/tcp -> [::]:${six6}\n80/tcp -> 0.0.0.0:${four}\n`,
			);
			// Each of them is taken, for others too.
			const other = box.file(
				'other.yaml',
				`name: ${box.name}-b\n${six}services:\n  b:\n    rootfs: host\n    ports: ["[::]:${six6}:81"]\n    ${sleeps}`,
			);
			expect((await box.tsbox(['up', other])).err).toContain(`is published by ${box.name}-web-1`);
			await box.tsbox(['down', '-t', '0', box.name]);
			expect(left(box)).toEqual([]);
		} finally {
			execFileSync('ip', ['address', 'delete', `${own}/128`, 'dev', 'lo']);
		}
	});

	test('drift sees that an address of IPv6 is gone', async () => {
		await using box = await testBox();
		await bringUp(box, stack(box, {job: `${sleeps}cap_add: [NET_ADMIN]\n`}, six));
		const [, own = ''] = leases(box, 'default', 'job');
		await inside(box, 'job', `ip address delete ${own}/64 dev eth0`);
		const {status, out} = await box.tsbox(['drift', `${box.name}-job-1`]);
		expect({status, out}).toEqual({status: 1, out: expect.stringContaining(`it does not have the address ${own}`)});
		expect((await box.tsbox(['network', 'test', `${box.name}-job-1`])).out).toMatch(
			new RegExp(`failed +address .*${own}`),
		);
		await box.tsbox(['down', '-t', '0', box.name]);
	});

	test('networks are apart, and an internal one has no way out', async () => {
		await using box = await testBox();
		const spec = stack(
			box,
			{
				front: `${sleeps}networks: [outer]\n`,
				web: `${serves6}networks: {outer: {gw_priority: -1}, second: {gw_priority: 1}, inner: {gw_priority: 2}}\n`,
				db: `${serves6}networks: [inner]\n`,
			},
			`networks:
  outer: {enable_ipv6: true}
  second: {enable_ipv6: true, enable_ipv4: false}
  inner: {enable_ipv6: true, internal: true}
`,
		);
		await bringUp(box, spec);
		await until('web answers', async () => (await asks(box, 'front', 'http://web/')) === `${box.name}-web-1\n`);
		expect(await asks(box, 'web', 'http://db/')).toBe(`${box.name}-db-1\n`);
		const [, db = ''] = leases(box, 'inner', 'db');
		// Front knows a way to db: by the host, whose rules hold it up.
		expect(await asks(box, 'front', `http://[${db}]/`)).toMatch(/^(?:7|28): /);
		expect(await inside(box, 'db', 'ip -6 route')).not.toContain('default via');
		// The priority of a gateway counts among those that have the family and a way out.
		const ways = await inside(box, 'web', 'ip route; ip -6 route');
		expect(ways.match(/^default via .* dev eth\d/gm)).toEqual([
			expect.stringMatching(/^default via 10\./),
			expect.stringMatching(/^default via fd/),
		]);
		const second = JSON.parse((await box.tsbox(['network', 'inspect', `${box.name}_second`])).out) as {
			subnets: readonly {gateway: string}[];
		};
		expect(ways).toContain(`default via ${second.subnets[0]?.gateway} dev`);
		await box.tsbox(['down', '-t', '0', box.name]);
		expect(left(box)).toEqual([]);
	});

	test('addresses are those that the spec asks for, and a container without IPv6 has none', async () => {
		await using box = await testBox();
		const part = box.name.slice(1, 5);
		const spec = stack(
			box,
			{
				web: `${sleeps}networks: {net: {ipv6_address: "fd99:${part}::77", ipv4_address: 10.122.0.7}}\n`,
				near: `${sleeps}networks: [net]\n`,
				plain: `${sleeps}networks: [old]\n`,
			},
			`networks:
  net:
    enable_ipv6: true
    ipam:
      config:
        - {subnet: 10.122.0.0/24}
        - {subnet: "fd99:${part}::/64", gateway: "fd99:${part}::9", ip_range: "fd99:${part}::40/125", aux_addresses: {a: "fd99:${part}::41"}}
  old: {}
`,
		);
		await bringUp(box, spec);
		const address = `fd99:${part.replace(/^0+/, '')}::`;
		expect(leases(box, 'net', 'web')).toEqual(['10.122.0.7', `${address}77`]);
		expect(leases(box, 'net', 'near')[1]).toMatch(new RegExp(`^${address}4[02-7]$`));
		expect(await inside(box, 'web', 'ip -6 route')).toContain(`default via ${address}9`);
		expect(await inside(box, 'plain', 'cat /proc/net/if_inet6')).not.toContain('eth0');
		await box.tsbox(['down', '-t', '0', box.name]);
		expect(left(box)).toEqual([]);
	});

	test('a network of `network create --ipv6` is joined by a spec, and by a container that runs', async () => {
		await using box = await testBox();
		const part = box.name.slice(1, 5).replace(/^0+/, '');
		const subnets = ['--subnet', `fd98:${part}::/64`, '--gateway', `fd98:${part}::9`];
		expect(await box.tsbox(['network', 'create', '--ipv6', '--no-ipv4', ...subnets, 'shared'])).toMatchObject({
			status: 0,
		});
		const spec = stack(
			box,
			{web: `${serves6}networks: [shared]\n`, job: `${sleeps}networks: [own]\n`},
			'networks: {shared: {external: true}, own: {}}\n',
		);
		await bringUp(box, spec);
		const job = `${box.name}-job-1`;
		const connect = ['network', 'connect', '--ip6', `fd98:${part}::77`, 'shared', job];
		expect(await box.tsbox(connect)).toMatchObject({status: 0, err: ''});
		noteLinks(box);
		await until('web answers', async () => (await asks(box, 'job', 'http://web/')) === `${box.name}-web-1\n`);
		expect(await inside(box, 'job', 'ip -6 address show eth1; ip -6 route')).toMatch(
			new RegExp(`fd98:${part}::77/64[^]*default via fd98:${part}::9 dev eth1`),
		);
		expect((await box.tsbox(['drift', job])).status).toBe(0);
		expect(await box.tsbox(['network', 'disconnect', 'shared', job])).toMatchObject({status: 0, err: ''});
		expect(await inside(box, 'job', 'ip -6 address; cat /etc/hosts')).not.toContain('fd98');
		await box.tsbox(['down', '-t', '0', box.name]);
		expect(await box.tsbox(['network', 'rm', 'shared'])).toMatchObject({status: 0});
		expect(left(box)).toEqual([]);
	});

	test('nobody heeds a router advertisement of a container: CVE-2020-13401', async () => {
		await using box = await testBox();
		await bringUp(box, stack(box, {job: sleeps}, six));
		const {bridge} = JSON.parse((await box.tsbox(['network', 'inspect', `${box.name}_default`])).out) as {
			bridge: string;
		};
		const heeds = (path: string): string => readFileSync(`/proc/sys/net/ipv6/conf/${path}/accept_ra`, 'utf8').trim();
		expect(heeds(bridge)).toBe('0');
		const pid = (await rows(box))['job']?.pid;
		const own = execFileSync('nsenter', ['-t', String(pid), '-n', 'cat', '/proc/sys/net/ipv6/conf/eth0/accept_ra']);
		expect(own.toString()).toBe('0\n');
		await box.tsbox(['down', '-t', '0', box.name]);
	});

	test.each(['commands', 'calls'])(
		'a compiled script of %s makes the network, checks the address, and takes all of it away',
		async executor => {
			await using box = await testBox();
			const port = await unusedPort();
			const spec = box.file(
				'web.yaml',
				`name: ${box.name}\n${six}services:\n  web:\n    rootfs: host\n    init: true\n    ports: ["${port}:80"]\n    ${serves6}`,
			);
			const {out} = await box.tsbox(['compile', '--executor', executor, spec, 'web']);
			expect(out).toMatch(/check_address6\W+[\da-f]{32}/);
			const script = spawn('sh', [box.file('web.sh', out)], {stdio: 'ignore'});
			const over = once(script, 'exit');
			const url = `http://[${hostAddress() ?? '::1'}]:${port}/`;
			await until('it serves', () => {
				try {
					return fetched(url) === `${box.name}-web-1\n`;
				} catch {
					return false;
				}
			});
			noteLinks(box);
			script.kill('SIGTERM');
			await over;
			expect(left(box)).toEqual([]);
		},
	);

	describe('in a network namespace of its own', () => {
		const read = (box: TestBox, path: string): string =>
			execFileSync('ip', ['netns', 'exec', box.name, 'cat', `/proc/sys/net/ipv6/conf/${path}`], {
				encoding: 'utf8',
			}).trim();

		test('forwarding is on while a network needs it, and a device that heeds routers keeps its default route', async () => {
			await using box = await testBox();
			const under = ['ip', 'netns', 'exec', box.name];
			const there = (...words: readonly string[]): string =>
				execFileSync('ip', [...under.slice(1), ...words], {encoding: 'utf8'});
			execFileSync('ip', ['netns', 'add', box.name]);
			try {
				there('ip', 'link', 'add', 'up0', 'type', 'veth', 'peer', 'name', 'up1');
				there('ip', 'link', 'add', 'deaf0', 'type', 'bridge');
				there('sh', '-c', 'echo 0 > /proc/sys/net/ipv6/conf/deaf0/accept_ra');
				there('ip', 'link', 'set', 'up0', 'up');
				there('ip', 'link', 'set', 'up1', 'up');
				const state = () => [read(box, 'all/forwarding'), read(box, 'up0/accept_ra'), read(box, 'deaf0/accept_ra')];
				expect(state()).toEqual(['0', '1', '0']);
				const spec = box.file(
					'one.yaml',
					`name: ${box.name}\n${six}services:\n  job:\n    rootfs: host\n    init: true\n    ${sleeps}`,
				);
				const running = box.start(['up', '--plain', spec], {under});
				await running.says('is running');
				noteLinks(box);
				expect(state()).toEqual(['1', '2', '0']);
				running.child.kill('SIGINT');
				await running.ended;
				expect(state()).toEqual(['0', '1', '0']);
				// Killed, and collected.
				const killed = box.start(['up', '--plain', spec], {under});
				await killed.says('is running');
				expect(state()).toEqual(['1', '2', '0']);
				killed.child.kill('SIGKILL');
				await killed.ended;
				expect((await box.tsbox(['gc'], {under})).status).toBe(0);
				expect(state()).toEqual(['0', '1', '0']);
				// Another bridge that has IPv6 may have found forwarding switched on.
				const third = box.start(['up', '--plain', spec], {under});
				await third.says('is running');
				there('ip', 'link', 'set', 'deaf0', 'up');
				there('ip', 'address', 'add', 'fd98::1/64', 'dev', 'deaf0', 'nodad');
				third.child.kill('SIGINT');
				await third.ended;
				expect(state()).toEqual(['1', '2', '0']);
			} finally {
				execFileSync('ip', ['netns', 'delete', box.name]);
			}
		});

		test('a host on which IPv6 is switched off is told before anything is made, with a hint that works', async () => {
			await using box = await testBox();
			const under = ['ip', 'netns', 'exec', box.name];
			execFileSync('ip', ['netns', 'add', box.name]);
			try {
				execFileSync('ip', [...under.slice(1), 'sysctl', '-qw', 'net.ipv6.conf.all.disable_ipv6=1']);
				const spec = box.file(
					'one.yaml',
					`name: ${box.name}\n${six}services:\n  job:\n    rootfs: host\n    command: ["true"]\n`,
				);
				const refused = await box.tsbox(['up', spec], {under});
				expect(refused).toMatchObject({status: 125, out: ''});
				expect(refused.err).toContain(`the network ${box.name}_default has IPv6, which is off on this host`);
				expect(refused.err).not.toContain('undone');
				const hint = /`(sysctl [^`]+)`/.exec(refused.err)?.[1] ?? 'false';
				execFileSync('ip', [...under.slice(1), 'sh', '-c', hint]);
				expect(await box.tsbox(['up', spec], {under})).toMatchObject({status: 0});
			} finally {
				execFileSync('ip', ['netns', 'delete', box.name]);
			}
			expect(left(box)).toEqual([]);
		});
	});

	const taken = 'networks: {default: {enable_ipv6: true, driver_opts: {com.docker.network.driver.mtu: 1279}}}\n';
	test.each([
		['a port of IPv6 without a network of it', '', 'ports: ["[fd00::1]:80:80"]\n', '[fd00::1]:80 cannot be published'],
		['a port at ::1', six, 'ports: ["[::1]:80:80"]\n', '[::1]:80 cannot be published'],
		[
			'a port of IPv4 without a network of it',
			'networks: {default: {enable_ipv6: true, enable_ipv4: false}}\n',
			'ports: ["127.0.0.1:80:80"]\n',
			'127.0.0.1:80 cannot be published',
		],
		['an MTU that IPv6 cannot have', taken, '', 'has IPv6 and an MTU of 1279'],
	])('%s is refused before anything is made', async (_, networks, service, message) => {
		await using box = await testBox();
		const spec = stack(box, {web: `${sleeps}${service}`}, networks);
		const {status, out, err} = await box.tsbox(['up', '-d', spec]);
		expect({status, out}).toEqual({status: 125, out: ''});
		expect(err).toContain(message);
		expect(err).toMatch(/^ {2}hint {5}\S/m);
		expect(err).not.toContain('undone');
		expect(left(box)).toEqual([]);
	});
});
