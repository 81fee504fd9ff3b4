import {execFileSync} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {once} from 'node:events';
import {chmodSync, existsSync, readdirSync, readFileSync, statSync} from 'node:fs';
import {createServer} from 'node:http';
import {type AddressInfo, createServer as createListener} from 'node:net';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {type TestBox, type TestUser, testBox} from './box.ts';
import {asks, bringUp, fetched, serves, sleeps, stack, unusedPort} from './network-stack.ts';
import {rows, until} from './project.ts';

/* Networks of ordinary users: in a namespace of theirs, connected by pasta or slirp4netns. */

const login = `tsboxnet${randomBytes(3).toString('hex')}`;
const users: Record<string, TestUser> = {'one id': {uid: 61_270, gid: 61_270}};
const tun = '/dev/net/tun';
const mode = existsSync(tun) ? statSync(tun).mode & 0o777 : undefined;

beforeAll(() => {
	execFileSync('useradd', ['--no-create-home', '--home-dir', '/nonexistent', login]);
	const id = (option: string): number => Number(execFileSync('id', [option, login], {encoding: 'utf8'}));
	users['subordinate ids'] = {uid: id('-u'), gid: id('-g')};
	// As udev makes it.
	chmodSync(tun, 0o666);
});
afterAll(() => {
	execFileSync('userdel', [login]);
	if (mode !== undefined) chmodSync(tun, mode);
});

const isAble =
	mode !== undefined &&
	['/usr/sbin/nft', '/usr/bin/ip', '/usr/bin/curl'].every(path => existsSync(path)) &&
	['/usr/bin/pasta', '/usr/bin/slirp4netns'].some(path => existsSync(path));

/** What is left of networks of a user: files, and processes. */
function left(box: TestBox, kind: string): readonly string[] {
	const folder = join(box.folder, 'state/networks');
	const files = existsSync(folder) ? readdirSync(folder).filter(name => name !== '.lock') : [];
	const uid = String(users[kind]?.uid);
	const found = execFileSync('ps', ['-eo', 'uid=,stat=,args='], {encoding: 'utf8'}).split('\n');
	const own = found.filter(line => {
		const [of, state] = line.trim().split(/\s+/);
		return of === uid && state?.startsWith('Z') === false;
	});
	return [...box.leftovers(), ...files.map(name => `file ${name}`), ...own];
}

/** The address of this host at which its own services are reached. */
const hostAddress =
	/"local":"(?!10\.89)([\d.]+)"/.exec(
		execFileSync('ip', ['-json', '-4', 'address', 'show', 'scope', 'global'], {encoding: 'utf8'}),
	)?.[1] ?? '127.0.0.1';

describe.runIf(isAble).each(['one id', 'subordinate ids'])('networks of an ordinary user with %s', kind => {
	const box = () => testBox(users[kind]);

	test('services find each other by name, reach the host, and a published port is reached', async () => {
		await using at = await box();
		const port = await unusedPort();
		const spec = stack(at, {web: `${serves}ports: ["${port}:80"]\n`, job: sleeps});
		await bringUp(at, spec);
		const name = `${at.name}-web\n`;
		await until('it serves', async () => (await asks(at, 'job', 'http://web/')) === name);
		for (const url of [`http://127.0.0.1:${port}/`, `http://localhost:${port}/`, `http://${hostAddress}:${port}/`])
			expect(fetched(url)).toBe(name);
		await using server = createServer((_, answer) => answer.end('outside')).listen(0, '0.0.0.0');
		await once(server, 'listening');
		const outside = (server.address() as AddressInfo).port;
		expect(await asks(at, 'job', `http://${hostAddress}:${outside}/`)).toBe('outside');
		// From a container by the address of the host, also by the one that serves.
		for (const container of ['job', 'web'])
			expect(await asks(at, container, `http://${hostAddress}:${port}/`)).toBe(name);
		expect((await at.tsbox(['port', `${at.name}-web`])).out).toBe(`80/tcp -> 0.0.0.0:${port}\n`);
		expect(await at.tsbox(['drift', `${at.name}-web`])).toMatchObject({status: 0});
		await at.tsbox(['down', '-t', '0', at.name]);
		await until('nothing is left', () => left(at, kind).length === 0);
	});

	test('what listens on the loopback device of the host is out of reach', async () => {
		await using at = await box();
		await using server = createServer((_, answer) => answer.end('secret')).listen(0, '127.0.0.1');
		await once(server, 'listening');
		const {port} = server.address() as AddressInfo;
		await bringUp(at, stack(at, {job: sleeps}, 'networks: {default: {}}\n'));
		const {out} = await at.tsbox(['exec', `${at.name}-job`, '--', 'ip', 'route']);
		const gateway = /default via (\S+)/.exec(out)?.[1];
		for (const address of ['127.0.0.1', gateway, '169.254.1.2', '169.254.1.3', '169.254.1.100'])
			expect(await asks(at, 'job', `http://${address}:${port}/`)).not.toContain('secret');
		await at.tsbox(['down', '-t', '0', at.name]);
	});
});

describe.runIf(isAble)('networks of an ordinary user', () => {
	const kind = 'subordinate ids';
	const box = () => testBox(users[kind]);

	test('a port is published at the address that the spec names, and at no other', async () => {
		await using at = await box();
		const [port, datagrams] = [await unusedPort(), await unusedPort()];
		const spec = stack(at, {
			web: `${serves}ports: ["127.0.0.1:${port}:80", "127.0.0.1:${datagrams}:9/udp"]\n`,
		});
		await bringUp(at, spec);
		await until('it serves', async () => (await asks(at, 'web', 'http://127.0.0.1/')) === `${at.name}-web\n`);
		expect(fetched(`http://127.0.0.1:${port}/`)).toBe(`${at.name}-web\n`);
		expect(() => fetched(`http://${hostAddress}:${port}/`)).toThrow(/connect/);
		await at.tsbox(['down', '-t', '0', at.name]);
		await until('nothing is left', () => left(at, kind).length === 0);
	});

	test('a port that only root may have, and one that somebody has, are refused', async () => {
		await using at = await box();
		const low = await at.tsbox(['up', '-d', stack(at, {web: `${sleeps}ports: ["80:80"]\n`})]);
		expect(low).toMatchObject({status: 125, out: ''});
		expect(low.err).toMatch(/the port 80\/tcp of this host is not for ordinary users\n[^]*from 1024[^]*hint/);
		await using listener = createListener().listen(0);
		await once(listener, 'listening');
		const {port} = listener.address() as AddressInfo;
		const taken = at.file('a.yaml', `name: ${at.name}\nrootfs: host\nports: ["${port}:80"]\ncommand: [sleep, "600"]\n`);
		const refused = await at.tsbox(['run', taken]);
		expect(refused.status).toBe(125);
		expect(refused.err).toContain(`the port ${port}/tcp of this host is in use`);
		expect(left(at, kind)).toEqual([]);
	});

	test('networks are apart, and an internal one has no way out', async () => {
		await using at = await box();
		const spec = stack(
			at,
			{
				front: `${sleeps}networks: [outer]\n`,
				web: `${serves}networks: [outer, inner]\n`,
				db: `${serves}networks: [inner]\n`,
			},
			'networks: {outer: {}, inner: {internal: true}}\n',
		);
		await bringUp(at, spec);
		await using server = createServer((_, answer) => answer.end('outside')).listen(0, '0.0.0.0');
		await once(server, 'listening');
		const outside = `http://${hostAddress}:${(server.address() as AddressInfo).port}/`;
		await until('web answers', async () => (await asks(at, 'front', 'http://web/')) === `${at.name}-web\n`);
		await until('db answers', async () => (await asks(at, 'web', 'http://db/')) === `${at.name}-db\n`);
		const {out} = await at.tsbox(['exec', `${at.name}-web`, '--', 'getent', 'ahostsv4', 'db']);
		expect(await asks(at, 'front', `http://${out.split(' ')[0]}/`)).toMatch(/^(?:7|28): /);
		expect(await asks(at, 'web', outside)).toBe('outside');
		expect(await asks(at, 'db', outside)).toMatch(/^(?:7|28): /);
		await at.tsbox(['down', '-t', '0', at.name]);
		await until('nothing is left', () => left(at, kind).length === 0);
	});

	test('what a kill leaves of networks is collected, whoever was killed', async () => {
		await using at = await box();
		const port = await unusedPort();
		await bringUp(at, stack(at, {web: `${serves}ports: ["${port}:80"]\n`, job: sleeps}));
		const supervisor = readFileSync(join(at.folder, `state/projects/${at.name}/supervisor.json`), 'utf8');
		process.kill(Number(/"pid": ?(\d+)/.exec(supervisor)?.[1]), 'SIGKILL');
		for (const {pid} of Object.values(await rows(at))) process.kill(pid, 'SIGKILL');
		expect((await at.tsbox(['gc'])).status).toBe(0);
		await at.tsbox(['down', '-t', '0', at.name]);
		await at.tsbox(['gc']);
		await until('nothing is left', () => left(at, kind).length === 0);
	});

	test.each([
		'network.files',
		'network.NET.claim',
		'network.namespace',
		'network.outside',
		'network.NET.bridge',
		'network.rules',
		'network.ports',
		'network.names',
		'network.NET.link',
		'process.exec',
	])('a start that is killed at %s leaves nothing that gc does not take', async id => {
		await using at = await box();
		const port = await unusedPort();
		const spec = at.file('web.yaml', `name: ${at.name}\nrootfs: host\ninit: true\nports: ["${port}:80"]\n${serves}`);
		const running = at.start(['up', '--json', spec]);
		await running.says(`"id":"${id.replace('NET', `${at.name}_default`)}"}`);
		running.child.kill('SIGKILL');
		await running.ended;
		expect((await at.tsbox(['gc'])).status).toBe(0);
		await until('nothing is left', () => left(at, kind).length === 0);
	});
});
