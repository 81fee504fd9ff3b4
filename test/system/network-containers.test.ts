import {execFileSync, spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, readdirSync, readFileSync, rmSync} from 'node:fs';
import {type AddressInfo, createServer} from 'node:net';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {tableOf} from '../../src/plan/network/nft-text.ts';
import {testBox} from './box.ts';
import {asks, bringUp, fetched, isAble, left, noteLinks, serves, sleeps, stack, unusedPort} from './network-stack.ts';
import {rows, until} from './project.ts';

/* Networks: containers that find each other by name, and ports of the host that lead into them. */

const curls = existsSync('/usr/bin/curl');

describe.runIf(isAble && curls)('networks', () => {
	test('services find each other by name, and a published port is reached from everywhere', async () => {
		await using box = await testBox();
		const port = await unusedPort();
		const spec = stack(box, {
			web: `${serves}ports: ["${port}:80"]\n`,
			job: `${sleeps}networks: {default: {aliases: [worker]}}\n`,
			other: sleeps,
		});
		await bringUp(box, spec);
		const name = `${box.name}-web-1\n`;
		await until('it serves', async () => (await asks(box, 'job', 'http://web/')) === name);
		expect(await asks(box, 'job', `http://${box.name}-web-1/`)).toBe(name);
		const [own] =
			execFileSync('ip', ['-json', '-4', 'address', 'show', 'scope', 'global'], {encoding: 'utf8'}).match(
				/"local":"(?!10\.89)[\d.]+"/,
			) ?? [];
		const host = own?.slice(9, -1) ?? '127.0.0.1';
		for (const url of [`http://127.0.0.1:${port}/`, `http://localhost:${port}/`, `http://${host}:${port}/`])
			expect(fetched(url)).toBe(name);
		// From a container by the address of the host, also by the one that serves.
		expect(await asks(box, 'other', 'http://web/')).toBe(name);
		for (const container of ['job', 'web']) expect(await asks(box, container, `http://${host}:${port}/`)).toBe(name);
		// What listens on the loopback of the host is not in reach by it.
		expect(await asks(box, 'job', `http://127.0.0.1:${port}/`)).toMatch(/^7: /);
		expect((await box.tsbox(['exec', `${box.name}-web-1`, '--', 'getent', 'hosts', 'worker'])).out).toMatch(/^\d+\./);
		expect((await box.tsbox(['port', `${box.name}-web-1`])).out).toBe(`80/tcp -> 0.0.0.0:${port}\n`);
		expect((await box.tsbox(['drift', `${box.name}-web-1`])).status).toBe(0);
		await box.tsbox(['down', '-t', '0', box.name]);
		expect(left(box)).toEqual([]);
	});

	test('a container alone with `ports` is reached, and has the way out', async () => {
		await using box = await testBox();
		const port = await unusedPort();
		const spec = box.file(
			'web.yaml',
			`name: ${box.name}\nrootfs: host\ninit: true\nports: ["127.0.0.1:${port}:80"]\n${serves}`,
		);
		const running = box.start(['up', '--plain', spec]);
		await until('it serves', () => {
			try {
				return fetched(`http://127.0.0.1:${port}/`) === `${box.name}\n`;
			} catch {
				return false;
			}
		});
		noteLinks(box);
		running.child.kill('SIGINT');
		await running.ended;
		expect(left(box)).toEqual([]);
	});

	test('networks are apart: who is on one reaches nothing on the other, and an internal one has no way out', async () => {
		await using box = await testBox();
		const spec = stack(
			box,
			{
				front: `${sleeps}networks: [outer]\n`,
				web: `${serves}networks: [outer, inner]\n`,
				db: `${serves}networks: [inner]\n`,
			},
			'networks: {outer: {}, inner: {internal: true}}\n',
		);
		await bringUp(box, spec);
		const address = async (container: string): Promise<string> =>
			(await box.tsbox(['exec', `${box.name}-web-1`, '--', 'getent', 'ahostsv4', container])).out.split(' ')[0] ?? '';
		await until('web answers', async () => (await asks(box, 'front', 'http://web/')) === `${box.name}-web-1\n`);
		expect(await asks(box, 'web', 'http://db/')).toBe(`${box.name}-db-1\n`);
		expect(await asks(box, 'front', 'http://db/')).toMatch(/^6: .*resolve/);
		expect(await asks(box, 'front', `http://${await address('db')}/`)).toMatch(/^(?:7|28): /);
		const routes = async (container: string): Promise<string> =>
			(await box.tsbox(['exec', `${box.name}-${container}-1`, '--', 'ip', 'route'])).out;
		expect(await routes('db')).not.toContain('default');
		expect(await routes('web')).toMatch(/default via .* dev eth\d/);
		await box.tsbox(['down', '-t', '0', box.name]);
		expect(left(box)).toEqual([]);
	});

	test('names follow what comes and goes, while nobody restarts', async () => {
		await using box = await testBox();
		const spec = stack(box, {job: sleeps, web: `${sleeps}scale: 2\n`}, 'networks: {default: {}}\n');
		await bringUp(box, spec);
		const found = async (): Promise<number> =>
			new Set(
				(await box.tsbox(['exec', `${box.name}-job-1`, '--', 'getent', 'ahostsv4', 'web'])).out.match(/^[\d.]+/gm),
			).size;
		const pid = (await rows(box))['job']?.pid;
		expect(await found()).toBe(2);
		await bringUp(box, spec, '--scale', 'web=4');
		expect(await found()).toBe(4);
		await box.tsbox(['stop', '-t', '0', box.name, 'web']);
		expect(await found()).toBe(0);
		await box.tsbox(['start', box.name, 'web']);
		expect(await found()).toBeGreaterThan(0);
		expect((await rows(box))['job']?.pid).toBe(pid);
		await box.tsbox(['down', '-t', '0', box.name]);
		expect(left(box)).toEqual([]);
	});

	test.each([
		['makes it larger than a process reads', 'truncate -s 3G /etc/hosts', 'true'],
		// F_SETLEASE and F_RDLCK: whoever opens the file for writing waits until it is given up.
		[
			'has a lease of it',
			`perl -e '$SIG{IO} = "IGNORE"; open F, "<", "/etc/hosts"; fcntl F, 1024, 0 or die $!; sleep 600' & sleep 1`,
			// Nobody has waited until the kernel took it away.
			'grep LEASE /proc/locks',
		],
		[
			'runs a program from it',
			'cat /usr/bin/sleep > /etc/hosts; chmod 755 /etc/hosts; /etc/hosts 600 & sleep 1',
			'true',
		],
	])('a container that %s, its own /etc/hosts, disturbs no other', async (_, script, holds) => {
		await using box = await testBox();
		const command = JSON.stringify(['sh', '-c', `${script}; touch /tmp/done; sleep 600`.replaceAll('$', '$$$$')]);
		const spec = stack(box, {job: `command: ${command}\n`, web: sleeps}, 'networks: {default: {}}\n');
		await bringUp(box, spec);
		const isDone = async (): Promise<boolean> =>
			(await box.tsbox(['exec', `${box.name}-job-1`, '--', 'test', '-e', '/tmp/done'])).status === 0;
		await until('it has it', isDone);
		await box.tsbox(['stop', '-t', '0', box.name, 'web']);
		expect(await box.tsbox(['start', box.name, 'web'])).toMatchObject({status: 0});
		expect(await box.tsbox(['exec', `${box.name}-job-1`, '--', 'sh', '-c', holds])).toMatchObject({status: 0});
		expect((await box.tsbox(['exec', `${box.name}-web-1`, '--', 'getent', 'hosts', 'job'])).out).toMatch(/^1/);
		await box.tsbox(['down', '-t', '0', box.name]);
		expect(left(box)).toEqual([]);
	});

	test('with a user namespace its root has /etc/hosts and /etc/resolv.conf, which follow who comes and goes all the same', async () => {
		await using box = await testBox('mapped');
		const spec = stack(box, {
			job: `userns_mode: auto\n${sleeps}`,
			alone: `userns_mode: auto\nnetwork_mode: none\ndns: [9.9.9.9]\nextra_hosts: [far=10.9.8.7]\n${sleeps}`,
			web: sleeps,
		});
		await bringUp(box, spec);
		const text = async (name: string, script: string): Promise<string> =>
			(await box.tsbox(['exec', `${box.name}-${name}-1`, '--', 'sh', '-c', script])).out;
		const owners = 'echo "# mine" >> /etc/hosts && stat -c %u:%g:%a /etc/hosts /etc/resolv.conf';
		expect(await text('job', owners)).toBe('0:0:644\n0:0:644\n');
		expect(await text('alone', owners)).toBe('0:0:644\n0:0:644\n');
		expect(await text('job', 'getent hosts web')).toMatch(/^10/);
		await box.tsbox(['stop', '-t', '0', box.name, 'web']);
		expect(await text('job', 'grep -cE "web|mine" /etc/hosts')).toBe('0\n');
		await box.tsbox(['down', '-t', '0', box.name]);
		expect(left(box)).toEqual([]);
	});

	test('addresses, devices and names are those that the spec asks for', async () => {
		await using box = await testBox();
		const third = 1 + (Number.parseInt(box.name.slice(1, 5), 16) % 250);
		const spec = stack(
			box,
			{
				web: `${sleeps}networks:
  net: {ipv4_address: 10.123.${third}.77, mac_address: "02:00:00:00:00:07", interface_name: lan0}
extra_hosts: ["old=192.0.2.7", "up=host-gateway"]
dns: [192.0.2.53]
dns_search: [example.test]
`,
			},
			`networks: {net: {ipam: {config: [{subnet: 10.123.${third}.0/24, gateway: 10.123.${third}.9}]}, driver_opts: {com.docker.network.driver.mtu: 1400}}}\n`,
		);
		await bringUp(box, spec);
		const {out} = await box.tsbox([
			'exec',
			`${box.name}-web-1`,
			'--',
			'sh',
			'-c',
			'ip -o address show lan0; cat /sys/class/net/lan0/address /sys/class/net/lan0/mtu; ip route; cat /etc/hosts /etc/resolv.conf',
		]);
		expect(out).toContain(`10.123.${third}.77/24`);
		expect(out).toContain('\n02:00:00:00:00:07\n1400\n');
		expect(out).toContain(`default via 10.123.${third}.9`);
		expect(out).toMatch(/^192\.0\.2\.7 old$/m);
		expect(out).toMatch(new RegExp(`^10\\.123\\.${third}\\.9 up$`, 'm'));
		expect(out).toMatch(/nameserver 192\.0\.2\.53\nsearch example\.test\n/);
		await box.tsbox(['down', '-t', '0', box.name]);
		expect(left(box)).toEqual([]);
	});

	test.each(['none', 'host'])('`extra_hosts` and `dns` hold with `network_mode: %s` too', async mode => {
		await using box = await testBox();
		const spec = box.file(
			'one.yaml',
			[
				`name: ${box.name}\nrootfs: host\nnetwork_mode: ${mode}\n`,
				'extra_hosts: [far=10.9.8.7, near=host-gateway]\ndns: [9.9.9.9]\ndns_search: [example.org]\n',
				'command: [sh, -c, "getent hosts far near; cat /etc/resolv.conf"]\n',
			].join(''),
		);
		const {out, err, status} = await box.tsbox(['up', spec]);
		expect(err).not.toContain('warning');
		expect(status).toBe(0);
		expect(out.replaceAll(/ +/g, ' ')).toBe('10.9.8.7 far\n127.0.0.1 near\nnameserver 9.9.9.9\nsearch example.org\n');
		expect(left(box)).toEqual([]);
	});

	test('a port that somebody has is refused, and who has it is told', async () => {
		await using box = await testBox();
		const listener = createServer().listen(0);
		await once(listener, 'listening');
		const {port} = listener.address() as AddressInfo;
		const taken = box.file(
			'a.yaml',
			`name: ${box.name}\nrootfs: host\ninit: true\nports: ["${port}:80"]\ncommand: [sleep, "600"]\n`,
		);
		const refused = await box.tsbox(['run', taken]);
		expect(refused.status).toBe(125);
		expect(refused.err).toMatch(
			new RegExp(`the port ${port}/tcp of this host is in use\n[^]*\\(pid ${process.pid}\\) listens on it`),
		);
		listener.close();
		const first = box.start(['run', taken]);
		await until('it runs', async () => (await box.tsbox(['ps'])).out.includes('running'));
		noteLinks(box);
		const other = box.file(
			'b.yaml',
			`name: ${box.name}-b\nrootfs: host\ninit: true\nports: ["${port}:81"]\ncommand: [sleep, "600"]\n`,
		);
		const second = await box.tsbox(['run', other]);
		expect(second.status).toBe(125);
		expect(second.err).toContain(`the port tcp-${port} of this host is published by ${box.name}\n`);
		first.child.kill('SIGTERM');
		await first.ended;
		expect(left(box)).toEqual([]);
	});

	test('twelve that start at once get twelve addresses', async () => {
		await using box = await testBox();
		const spec = stack(
			box,
			{web: `${sleeps}scale: 12\n`},
			'networks: {default: {ipam: {config: [{subnet: 10.124.0.0/27}]}}}\n',
		);
		await bringUp(box, spec);
		const leases = readdirSync(join(box.folder, `state/networks/${box.name}_default/leases`));
		expect(leases).toHaveLength(12);
		await box.tsbox(['down', '-t', '0', box.name]);
		expect(left(box)).toEqual([]);
	});

	test('what a kill leaves of networks is collected', async () => {
		await using box = await testBox();
		const spec = stack(box, {web: sleeps, job: sleeps}, 'networks: {default: {}}\n');
		await bringUp(box, spec);
		const supervisor = Number(
			readFileSync(join(box.folder, `state/projects/${box.name}/supervisor.json`), 'utf8').match(/"pid": ?(\d+)/)?.[1],
		);
		process.kill(supervisor, 'SIGKILL');
		for (const {pid} of Object.values(await rows(box))) process.kill(pid, 'SIGKILL');
		await box.tsbox(['gc']);
		await box.tsbox(['down', '-t', '0', box.name]);
		await box.tsbox(['gc']);
		expect(left(box)).toEqual([]);
	});

	test.each([
		'network.files',
		'network.NET.claim',
		'network.NET.bridge',
		'network.rules',
		'network.names',
		'network.NET.link',
		'process.exec',
	])('a start that is killed at %s leaves nothing that gc does not take', async id => {
		await using box = await testBox();
		const port = await unusedPort();
		const spec = box.file('web.yaml', `name: ${box.name}\nrootfs: host\ninit: true\nports: ["${port}:80"]\n${serves}`);
		const running = box.start(['up', '--json', spec]);
		await running.says(`"id":"${id.replace('NET', `${box.name}_default`)}"}`);
		running.child.kill('SIGKILL');
		await running.ended;
		expect((await box.tsbox(['gc'])).status).toBe(0);
		// The kernel takes a moment to end the devices of a namespace.
		await until('nothing is left', () => left(box).length === 0);
	});

	test('networks whose containers left no journal are collected too', async () => {
		await using box = await testBox();
		const spec = stack(box, {web: sleeps}, 'networks: {default: {}}\n');
		await bringUp(box, spec);
		const [web] = Object.values(await rows(box));
		const supervisor = readFileSync(join(box.folder, `state/projects/${box.name}/supervisor.json`), 'utf8');
		process.kill(Number(/"pid": ?(\d+)/.exec(supervisor)?.[1]), 'SIGKILL');
		process.kill(web?.pid ?? 0, 'SIGKILL');
		// What still writes there ends by itself.
		rmSync(join(box.folder, `state/containers/${box.name}-web-1`), {recursive: true, maxRetries: 9});
		await box.tsbox(['gc']);
		expect(left(box).filter(line => !/cgroup|process|project|layer/.test(line))).toEqual([]);
	});

	test('a compiled script makes the network and takes it away', async () => {
		await using box = await testBox();
		const port = await unusedPort();
		const spec = box.file('web.yaml', `name: ${box.name}\nrootfs: host\ninit: true\nports: ["${port}:80"]\n${serves}`);
		const {out} = await box.tsbox(['compile', spec]);
		const script = spawn('sh', [box.file('web.sh', out)], {stdio: 'ignore'});
		const over = once(script, 'exit');
		await until('it serves', () => {
			try {
				return fetched(`http://127.0.0.1:${port}/`) === `${box.name}\n`;
			} catch {
				return false;
			}
		});
		noteLinks(box);
		script.kill('SIGTERM');
		await over;
		expect(left(box)).toEqual([]);
	});

	test('a failed step with a long script is named, with what its command said, and is not shown whole', async () => {
		await using box = await testBox();
		const table = tableOf(join(box.folder, 'state')).split(' ');
		// Somebody has a table of that name, in which a chain is hooked elsewhere.
		execFileSync('nft', ['add', 'table', ...table]);
		try {
			execFileSync('nft', ['add', 'chain', ...table, 'guard', '{ type filter hook output priority 0; }']);
			const spec = stack(box, {web: 'command: ["true"]\n'});
			const {status, err} = await box.tsbox(['run', spec]);
			expect(status).toBe(125);
			expect(err).toMatch(/the script of the step network\.rules, which `tsbox plan \/\S+stack\.yaml` shows\n/);
			expect(err).toContain('Could not process rule');
			expect(err).not.toContain('flock');
			// What failed took the table away, as the last of its network.
			execFileSync('nft', ['add', 'table', ...table]);
			execFileSync('nft', ['add', 'chain', ...table, 'guard', '{ type filter hook output priority 0; }']);
			expect((await box.tsbox(['up', '-d', spec])).err).toMatch(/web did not start: .*guard/);
			await box.tsbox(['down', '-t', '0', box.name]);
		} finally {
			spawnSync('nft', ['delete', 'table', ...table]);
		}
		expect(left(box)).toEqual([]);
	});

	test('the plan shows each command, and nothing is made by it', async () => {
		await using box = await testBox();
		const spec = box.file('web.yaml', `name: ${box.name}\nrootfs: host\ninit: true\nports: ["8080:80"]\n${serves}`);
		const {out, status} = await box.tsbox(['plan', spec]);
		expect(status).toBe(0);
		for (const text of [
			'ip -batch -',
			'link add name tsb-',
			'type veth peer name eth0',
			'nft -f -',
			'ports4 { tcp . 8080 :',
		])
			expect(out).toContain(text);
		expect(existsSync(join(box.folder, 'state/networks'))).toBe(false);
	});
});
