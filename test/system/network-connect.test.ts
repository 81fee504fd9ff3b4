import {execFileSync} from 'node:child_process';
import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {type TestBox, testBox} from './box.ts';
import {asks, bringUp, isAble, left, noteLinks, serves, sleeps, stack, unusedPort} from './network-stack.ts';
import {rows, until} from './project.ts';

/* `network connect` and `disconnect` of containers that run. */

const network = (box: TestBox, ...words: readonly string[]) => box.tsbox(['network', ...words]);
const done = {status: 0, out: '', err: ''};
const on = async (box: TestBox, name: string): Promise<readonly string[]> => {
	const {out} = await network(box, 'inspect', name);
	return (JSON.parse(out) as {containers: readonly {name: string}[]}).containers.map(each => each.name);
};

/** The host's end of the cable of a container. */
function cable(box: TestBox, name: string, container: string): {readonly hostEnd: string} {
	const folder = join(box.folder, `state/networks/${name}/leases`);
	const text = readdirSync(folder)
		.map(file => readFileSync(join(folder, file), 'utf8'))
		.find(each => each.startsWith(`# ${container} `));
	return {hostEnd: text?.split(' ')[3] ?? ''};
}

describe.runIf(isAble && existsSync('/usr/bin/curl'))('network connect', () => {
	test('a container comes to a network and leaves it while it runs, and its names with it', async () => {
		await using box = await testBox();
		const spec = stack(
			box,
			{web: `${serves}networks: [outer]\n`, job: `${sleeps}networks: [other]\n`},
			'networks: {outer: {}, other: {}}\n',
		);
		await bringUp(box, spec);
		const [web, other] = [`${box.name}-web-1`, `${box.name}_other`];
		const before = (await rows(box))['web']?.pid;
		expect(await asks(box, 'job', 'http://web/')).toMatch(/^6: .*resolve/);
		const offered = async (action: string): Promise<readonly string[]> =>
			(await box.tsbox(['completion', 'names', 'network', action])).out.trimEnd().split('\n').toSorted();
		const [names, containers] = [
			[`${box.name}_other`, `${box.name}_outer`],
			[`${box.name}-job-1`, web],
		];
		expect(await offered('graph')).toEqual(names);
		expect(await offered('test')).toEqual(containers);
		expect(await offered('connect')).toEqual([...containers, ...names]);
		expect(await network(box, 'connect', '--alias', 'shop', other, web)).toMatchObject(done);
		noteLinks(box);
		await until('web answers', async () => (await asks(box, 'job', 'http://web/')) === `${web}\n`);
		expect(await asks(box, 'job', 'http://shop/')).toBe(`${web}\n`);
		expect((await box.tsbox(['exec', web, '--', 'getent', 'hosts', 'job'])).out).toMatch(/^\d+\./);
		expect(await on(box, other)).toEqual(expect.arrayContaining([web, `${box.name}-job-1`]));
		expect((await box.tsbox(['exec', web, '--', 'ip', 'route'])).out.match(/default/g)).toHaveLength(1);
		expect(await box.tsbox(['drift', web])).toMatchObject({status: 0});
		const inspected = JSON.parse((await box.tsbox(['inspect', web])).out) as {networks: readonly {name: string}[]};
		expect(inspected.networks).toMatchObject([
			{name: other, interface: 'eth1', names: expect.arrayContaining(['web', 'shop'])},
			{name: `${box.name}_outer`, interface: 'eth0'},
		]);
		expect((await network(box, 'connect', other, web)).err).toContain('already');
		expect(await network(box, 'disconnect', other, web)).toMatchObject(done);
		expect(await asks(box, 'job', 'http://web/')).toMatch(/^6: .*resolve/);
		expect(await on(box, other)).toEqual([`${box.name}-job-1`]);
		expect((await box.tsbox(['exec', web, '--', 'ip', '-o', 'link'])).out).not.toContain('eth1');
		expect(await box.tsbox(['drift', web])).toMatchObject({status: 0});
		expect((await network(box, 'disconnect', other, web)).err).toContain(`${web} is not on the network ${other}`);
		// Once more, so that the end of the container finds the network in its journal twice.
		expect(await network(box, 'connect', other, web)).toMatchObject(done);
		expect((await rows(box))['web']?.pid).toBe(before);
		await box.tsbox(['down', '-t', '0', box.name]);
		expect(left(box)).toEqual([]);
	});

	test('a network of `network create` comes with its first container, with an address that is asked for, and goes when that ends', async () => {
		await using box = await testBox();
		const third = 1 + (Number.parseInt(box.name.slice(1, 5), 16) % 250);
		await network(box, 'create', '--internal', '--subnet', `10.121.${third}.0/24`, 'shared');
		const spec = box.file('job.yaml', `name: ${box.name}\nrootfs: host\ninit: true\nnetworks: [default]\n${sleeps}`);
		const running = box.start(['run', spec]);
		await until('it runs', async () => (await box.tsbox(['ps'])).out.includes('running'));
		noteLinks(box);
		expect(await network(box, 'connect', '--ip', `10.121.${third}.77`, 'shared', box.name)).toMatchObject(done);
		noteLinks(box);
		const lease = join(box.folder, 'state/networks/shared/leases', `10.121.${third}.77`);
		expect(readFileSync(lease, 'utf8')).toContain(`# ${box.name} eth1 `);
		expect((await box.tsbox(['exec', box.name, '--', 'ip', '-o', 'address', 'show', 'eth1'])).out).toContain(
			`10.121.${third}.77/24`,
		);
		const {bridge} = JSON.parse((await network(box, 'inspect', 'shared')).out) as {bridge: string};
		expect(existsSync(`/sys/class/net/${bridge}`)).toBe(true);
		running.child.kill('SIGTERM');
		await running.ended;
		expect(existsSync(`/sys/class/net/${bridge}`)).toBe(false);
		expect(existsSync(lease)).toBe(false);
		expect(await network(box, 'rm', 'shared')).toMatchObject({status: 0});
		expect(left(box)).toEqual([]);
	});

	test('the range and the kept addresses of a network that a spec declares hold for who comes later', async () => {
		await using box = await testBox();
		const base = `10.122.${1 + (Number.parseInt(box.name.slice(1, 5), 16) % 250)}`;
		const ipam = `{config: [{subnet: ${base}.0/24, ip_range: ${base}.128/30, aux_addresses: {printer: ${base}.129, scanner: ${base}.130}}]}`;
		const keys = {web: `${sleeps}networks: [few]\n`, job: `${sleeps}networks: [other]\n`};
		await bringUp(box, stack(box, keys, `networks: {few: {ipam: ${ipam}}, other: {}}\n`));
		const few = `${box.name}_few`;
		expect(JSON.parse((await network(box, 'inspect', few)).out)).toMatchObject({
			subnets: [{ipRange: `${base}.128/30`, auxAddresses: {printer: `${base}.129`}}],
		});
		const connect = (...words: readonly string[]) => network(box, 'connect', ...words, few, `${box.name}-job-1`);
		expect((await connect('--ip', `${base}.130`)).err).toContain('scanner');
		expect(await connect()).toMatchObject(done);
		const {out} = await network(box, 'inspect', few);
		const {containers} = JSON.parse(out) as {containers: readonly {addresses: readonly string[]}[]};
		expect(containers.flatMap(({addresses}) => addresses).toSorted()).toEqual([`${base}.128`, `${base}.131`]);
		await box.tsbox(['down', '-t', '0', box.name]);
		expect(left(box)).toEqual([]);
	});

	test('a container is on the network again when it starts again, until it is disconnected or made anew', async () => {
		await using box = await testBox();
		const keys = (label: string): string =>
			stack(
				box,
				{web: `${serves}network_mode: none\nlabels: {a: ${label}}\n`, job: `${sleeps}networks: [other]\n`},
				'networks: {other: {}}\n',
			);
		await bringUp(box, keys('b'));
		const [web, other] = [`${box.name}-web-1`, `${box.name}_other`];
		// It was started without networks: others find it at once, and it finds others after its next start.
		const connected = await network(box, 'connect', '--alias', 'shop', other, web);
		expect(connected).toMatchObject({status: 0, err: expect.stringContaining('until it starts again')});
		noteLinks(box);
		await until('web answers', async () => (await asks(box, 'job', 'http://shop/')) === `${web}\n`);
		expect(await box.tsbox(['drift', web])).toMatchObject({status: 0});
		await box.tsbox(['restart', '-t', '0', box.name, 'web']);
		await until('web answers again', async () => (await asks(box, 'job', 'http://shop/')) === `${web}\n`);
		expect((await box.tsbox(['exec', web, '--', 'getent', 'hosts', 'job'])).out).toMatch(/^\d+\./);
		expect(await box.tsbox(['drift', web])).toMatchObject({status: 0});
		await bringUp(box, keys('c'));
		expect(await on(box, other)).toEqual([`${box.name}-job-1`]);
		expect(await network(box, 'connect', other, web)).toMatchObject({status: 0});
		expect(await network(box, 'disconnect', other, web)).toMatchObject(done);
		await box.tsbox(['restart', '-t', '0', box.name, 'web']);
		expect(await on(box, other)).toEqual([`${box.name}-job-1`]);
		await box.tsbox(['down', '-t', '0', box.name]);
		expect(left(box)).toEqual([]);
	});

	test('what is refused changes nothing, and a failed connection is taken back', async () => {
		await using box = await testBox();
		const port = await unusedPort();
		const spec = stack(
			box,
			{
				web: `${serves}networks: [outer]\nports: ["${port}:80"]\n`,
				job: `${sleeps}networks: [other, outer]\n`,
				bare: `${sleeps}network_mode: host\n`,
				side: `${sleeps}network_mode: "service:web"\n`,
			},
			'networks: {outer: {}, other: {internal: true}}\n',
		);
		await bringUp(box, spec);
		const [web, job, outer, other] = [
			`${box.name}-web-1`,
			`${box.name}-job-1`,
			`${box.name}_outer`,
			`${box.name}_other`,
		];
		const {bridge} = JSON.parse((await network(box, 'inspect', other)).out) as {bridge: string};
		const links = (): readonly string[] => readdirSync(`/sys/class/net/${bridge}/brif`);
		const leases = (): readonly string[] => readdirSync(join(box.folder, `state/networks/${other}/leases`));
		const before = {links: links(), leases: leases()};
		const refused = async (...words: readonly string[]): Promise<string> => {
			const {status, err} = await network(box, ...words);
			expect(status).toBe(125);
			return err;
		};
		expect(await refused('connect', 'nothing', web)).toContain('there is no network nothing');
		expect(await refused('connect', other, `${box.name}-bare-1`)).toContain('cannot be connected');
		expect(await refused('connect', other, `${box.name}-side-1`)).toContain('it has the network of another container');
		expect(await refused('connect', '--ip', '203.0.113.9', other, web)).toContain('203.0.113.9');
		expect(await refused('disconnect', outer, web)).toContain(`${port}/tcp`);
		// The host has a device with the name that the cable is to get: the last step fails, and the ones before it are taken back.
		expect(await network(box, 'connect', other, web)).toMatchObject(done);
		const {hostEnd} = cable(box, other, web);
		expect(await network(box, 'disconnect', other, web)).toMatchObject(done);
		execFileSync('ip', ['link', 'add', hostEnd, 'type', 'bridge']);
		expect(await refused('connect', other, web)).toContain('File exists');
		expect(existsSync(`/sys/class/net/${hostEnd}`)).toBe(false);
		expect({links: links(), leases: leases()}).toEqual(before);
		// With the way out gone, the other network takes over.
		expect(await network(box, 'disconnect', outer, job)).toMatchObject(done);
		expect((await box.tsbox(['exec', job, '--', 'ip', 'route'])).out).not.toContain('default');
		expect(await network(box, 'connect', outer, job)).toMatchObject(done);
		expect((await box.tsbox(['exec', job, '--', 'ip', 'route'])).out).toContain('default via');
		await box.tsbox(['down', '-t', '0', box.name]);
		expect(left(box)).toEqual([]);
	});
});
