import {execFileSync} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {createSocket} from 'node:dgram';
import {once} from 'node:events';
import {existsSync, readFileSync} from 'node:fs';
import {createServer} from 'node:http';
import {type AddressInfo, createServer as createListener} from 'node:net';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {tableOf} from '../../src/plan/network/nft-text.ts';
import {type TestBox, type TestUser, testBox} from './box.ts';
import {asks, bringUp, fetched, serves, sleeps, stack, unusedPort} from './network-stack.ts';
import {hostAddress, leftOfUser, openTun, usersAreAble} from './ordinary-networks.ts';
import {rows, until} from './project.ts';

/* Networks of ordinary users: in a namespace of theirs, connected by pasta or slirp4netns. */

const login = `tsboxnet${randomBytes(3).toString('hex')}`;
const users: Record<string, TestUser> = {'one id': {uid: 61_270, gid: 61_270}};

beforeAll(() => {
	execFileSync('useradd', ['--no-create-home', '--home-dir', '/nonexistent', login]);
	const id = (option: string): number => Number(execFileSync('id', [option, login], {encoding: 'utf8'}));
	users['subordinate ids'] = {uid: id('-u'), gid: id('-g')};
	openTun();
});
afterAll(() => {
	execFileSync('userdel', [login]);
});

/** What is left of networks of a user. */
const left = (box: TestBox, kind: string): readonly string[] => leftOfUser(box, users[kind]?.uid ?? 0);

/** A name server that has no answer to any question; and, for TCP at another port, a server outside of all networks. */
async function dnsServer(address: string) {
	let isAsked = false;
	const names = createSocket('udp4').on('message', (question, {address: from, port}) => {
		isAsked = true;
		const answer = Buffer.from(question);
		// QR, RD, RA; NOERROR: RFC 1035, section 4.1.1.
		answer.writeUInt16BE(0x81_80, 2);
		names.send(answer, port, from);
	});
	names.bind(53, address);
	await once(names, 'listening');
	const web = createServer((_, answer) => answer.end('outside')).listen(0, '0.0.0.0');
	await once(web, 'listening');
	return {
		port: (web.address() as AddressInfo).port,
		asked: () => isAsked,
		[Symbol.asyncDispose]: async () => {
			names.close();
			web.close();
		},
	};
}

describe.runIf(usersAreAble).each(['one id', 'subordinate ids'])('networks of an ordinary user with %s', kind => {
	const box = () => testBox(users[kind]);

	test('services find each other by name, reach the host, and a published port is reached', async () => {
		await using at = await box();
		const port = await unusedPort();
		const spec = stack(at, {web: `${serves}ports: ["${port}:80"]\n`, job: sleeps});
		await bringUp(at, spec);
		const name = `${at.name}-web-1\n`;
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
		expect((await at.tsbox(['port', `${at.name}-web-1`])).out).toBe(`80/tcp -> 0.0.0.0:${port}\n`);
		expect(await at.tsbox(['drift', `${at.name}-web-1`])).toMatchObject({status: 0});
		const [holder = ''] = readFileSync(join(at.folder, 'state/networks/.namespace'), 'utf8').split(' ');
		const table = tableOf(join(at.folder, 'state'));
		execFileSync('nsenter', ['--target', holder, '--net', 'nft', `flush chain ${table} guard`]);
		expect(await at.tsbox(['drift', `${at.name}-web-1`])).toMatchObject({
			status: 1,
			out: expect.stringMatching(
				/^load the rules .*: 1 of the 1 rules of the chain guard of the table .* are missing\n$/,
			),
		});
		await at.tsbox(['down', '-t', '0', at.name]);
		await until('nothing is left', () => left(at, kind).length === 0);
	});
});

describe.runIf(usersAreAble)('networks of an ordinary user', () => {
	const kind = 'subordinate ids';
	const box = () => testBox(users[kind]);

	test('a port is published at the address that the spec names, and at no other', async () => {
		await using at = await box();
		const [port, datagrams] = [await unusedPort(), await unusedPort()];
		const spec = stack(at, {
			web: `${serves}ports: ["127.0.0.1:${port}:80", "127.0.0.1:${datagrams}:9/udp"]\n`,
		});
		await bringUp(at, spec);
		await until('it serves', async () => (await asks(at, 'web', 'http://127.0.0.1/')) === `${at.name}-web-1\n`);
		expect(fetched(`http://127.0.0.1:${port}/`)).toBe(`${at.name}-web-1\n`);
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
		await until('nothing is left', () => left(at, kind).length === 0);
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
		await until('web answers', async () => (await asks(at, 'front', 'http://web/')) === `${at.name}-web-1\n`);
		await until('db answers', async () => (await asks(at, 'web', 'http://db/')) === `${at.name}-db-1\n`);
		const {out} = await at.tsbox(['exec', `${at.name}-web-1`, '--', 'getent', 'ahostsv4', 'db']);
		expect(await asks(at, 'front', `http://${out.split(' ')[0]}/`)).toMatch(/^(?:7|28): /);
		expect(await asks(at, 'web', outside)).toBe('outside');
		expect(await asks(at, 'db', outside)).toMatch(/^(?:7|28): /);
		await at.tsbox(['down', '-t', '0', at.name]);
		await until('nothing is left', () => left(at, kind).length === 0);
	});

	test('datagrams go to a published port and back', async () => {
		await using at = await box();
		const port = await unusedPort();
		const echo =
			'use Socket; socket S, AF_INET, SOCK_DGRAM, 0; bind S, pack_sockaddr_in(7, INADDR_ANY); while ($$p = recv S, $$b, 999, 0) { send S, "echo $$b", 0, $$p }';
		const command = JSON.stringify(['perl', '-e', echo]);
		await bringUp(at, stack(at, {web: `command: ${command}\nports: ["${port}:7/udp"]\n`}));
		const socket = createSocket('udp4');
		const heard: string[] = [];
		socket.on('message', text => heard.push(text.toString()));
		await until('it answers', () => {
			socket.send('hello', port, '127.0.0.1');
			return heard.includes('echo hello');
		});
		socket.close();
		expect(heard[0]).toBe('echo hello');
		await at.tsbox(['down', '-t', '0', at.name]);
	});

	test('a resolver on a loopback address of the host answers, and slirp4netns does it as well as pasta', async () => {
		const resolver = '127.9.9.53';
		await using server = await dnsServer(resolver);
		for (const hidden of ['/usr/bin/slirp4netns', '/usr/bin/pasta']) {
			await using at = await box();
			const conf = at.file('resolv.conf', `nameserver ${resolver}\n`);
			const script = [
				`mount --bind ${conf} "$(realpath /etc/resolv.conf)"`,
				`! [ -e ${hidden} ] || mount --bind /dev/null "$(realpath ${hidden})"`,
				'exec "$@"',
			].join('; ');
			const under = ['unshare', '--mount', 'sh', '-ec', script, '--'];
			const spec = at.file(
				'job.yaml',
				`name: ${at.name}\nnetworks: {default: {}}\nservices: {job: {rootfs: ${at.rootfs}, init: true, ${sleeps.trim()}}}\n`,
			);
			const {status, err} = await at.tsbox(['up', '-d', spec], {under});
			expect({status, err: status === 0 ? '' : err}).toEqual({status: 0, err: ''});
			expect((await at.tsbox(['exec', `${at.name}-job-1`, '--', 'cat', '/etc/resolv.conf'])).out).toBe(
				'nameserver 169.254.1.3\n',
			);
			const {out} = await at.tsbox(['network', 'test', `${at.name}-job-1`]);
			expect(out).toContain('ok       resolver    169.254.1.3 answers');
			expect(server.asked()).toBe(true);
			const gets = async (address: string): Promise<string> => {
				const url = `http://${address}:${server.port}/`;
				return (await at.tsbox(['exec', `${at.name}-job-1`, '--', 'timeout', '3', 'wget', '-qO-', url])).out;
			};
			expect(await gets(hostAddress)).toBe('outside');
			// Unless they are told, both take their gateway for the loopback device of the host.
			expect(await gets('169.254.1.2')).not.toBe('outside');
			await at.tsbox(['down', '-t', '0', at.name]);
			await until('nothing is left', () => left(at, kind).length === 0);
		}
	});

	test('without pasta and slirp4netns it is refused before anything is made, and doctor names the package', async () => {
		await using at = await box();
		const script =
			'mount --bind /dev/null "$(realpath /usr/bin/pasta)"; mount --bind /dev/null /usr/bin/slirp4netns; exec "$@"';
		const under = ['unshare', '--mount', 'sh', '-c', script, '--'];
		const {status, err} = await at.tsbox(['up', '-d', stack(at, {web: sleeps}, 'networks: {default: {}}\n')], {under});
		expect(status).toBe(125);
		expect(err).toMatch(/this host has neither pasta nor slirp4netns\n[^]*hint +install pasta \(Debian: passt\)/);
		await until('nothing is left', () => left(at, kind).length === 0);
		expect((await at.tsbox(['doctor'], {under})).out).toMatch(/pasta and slirp4netns are missing[^]*install passt/);
	});

	test('two projects that start at once are apart, share the namespace, and take it with the last', async () => {
		await using at = await box();
		const specs = ['a', 'b'].map(each =>
			at.file(
				`${each}.yaml`,
				`name: ${at.name}${each}\nservices:\n  web:\n    rootfs: host\n    init: true\n    networks: [default]\n${serves.replaceAll(/^/gm, '    ')}\n`,
			),
		);
		const ups = await Promise.all(specs.map(spec => at.tsbox(['up', '-d', spec])));
		expect(ups.map(({status, err}) => (status === 0 ? '' : err))).toEqual(['', '']);
		const text = async (project: string, ...command: readonly string[]): Promise<string> =>
			(await at.tsbox(['exec', `${at.name}${project}-web-1`, '--', ...command])).out;
		const address = async (project: string): Promise<string> =>
			(await text(project, 'getent', 'ahostsv4', 'web')).split(' ')[0] ?? '';
		await until('each serves itself', async () =>
			(await Promise.all(['a', 'b'].map(each => text(each, 'curl', '-sS', 'http://web/')))).every(each => each !== ''),
		);
		expect(await text('a', 'curl', '-sS', '-m', '2', `http://${await address('b')}/`)).toBe('');
		expect(await text('a', 'getent', 'hosts', `${at.name}b-web-1`)).toBe('');
		const holder = readFileSync(join(at.folder, 'state/networks/.namespace'), 'utf8');
		await at.tsbox(['down', '-t', '0', `${at.name}a`]);
		expect(readFileSync(join(at.folder, 'state/networks/.namespace'), 'utf8')).toBe(holder);
		expect(await text('b', 'curl', '-sS', 'http://web/')).not.toBe('');
		await at.tsbox(['down', '-t', '0', `${at.name}b`]);
		await until('nothing is left', () => left(at, kind).length === 0);
	});

	test('who was killed is told by `network test` and `drift`, and the next start makes it good', async () => {
		await using at = await box();
		const port = await unusedPort();
		await bringUp(at, stack(at, {web: `${serves}ports: ["${port}:80"]\n`}));
		const web = `${at.name}-web-1`;
		const processes = (): readonly (readonly [pid: number, args: string])[] =>
			execFileSync('ps', ['-u', String(users[kind]?.uid), '-o', 'pid=,args='], {encoding: 'utf8'})
				.trim()
				.split('\n')
				.map(line => [Number.parseInt(line, 10), line.trim().replace(/^\d+ /, '')] as const);
		const killed = (beginning: string): void => {
			const [pid = 0] = processes().find(([, args]) => args.startsWith(beginning)) ?? [];
			process.kill(pid, 'SIGKILL');
		};
		killed(existsSync('/usr/bin/pasta') ? 'pasta' : 'slirp4netns');
		await until('it is told', async () =>
			(await at.tsbox(['network', 'test', web])).out.includes('the namespace of your networks has no tap0'),
		);
		killed('perl -e use strict');
		await until('it is told', async () => (await at.tsbox(['drift', web])).out.includes(`.relays/${web} has ended`));
		killed('sleep infinity');
		await until('it is told', async () => (await at.tsbox(['drift', web])).out.includes('it has no eth0'));
		expect(await at.tsbox(['restart', at.name, 'web'])).toMatchObject({status: 0});
		await until('it serves', () => {
			try {
				return fetched(`http://127.0.0.1:${port}/`) === `${web}\n`;
			} catch {
				return false;
			}
		});
		expect((await at.tsbox(['drift', web])).status).toBe(0);
		await at.tsbox(['down', '-t', '0', at.name]);
		await until('nothing is left', () => left(at, kind).length === 0);
	});

	test('a container that runs comes to a network and leaves it; graph and inspect show it', async () => {
		await using at = await box();
		const shared = `${at.name}_shared`;
		expect((await at.tsbox(['network', 'create', shared])).status).toBe(0);
		await bringUp(at, stack(at, {web: sleeps, job: sleeps}, 'networks: {default: {}}\n'));
		expect(await at.tsbox(['network', 'connect', '--alias', 'cache', shared, `${at.name}-web-1`])).toMatchObject({
			status: 0,
		});
		expect(await at.tsbox(['network', 'connect', shared, `${at.name}-job-1`])).toMatchObject({status: 0});
		expect((await at.tsbox(['exec', `${at.name}-job-1`, '--', 'getent', 'hosts', 'cache'])).out).toMatch(/^10\./);
		expect((await at.tsbox(['network', 'graph', shared])).out).toContain(`${at.name}-web-1`);
		await at.tsbox(['network', 'disconnect', `${at.name}_default`, `${at.name}-job-1`]);
		expect((await at.tsbox(['exec', `${at.name}-job-1`, '--', 'ip', 'route'])).out).toMatch(/default via .* dev eth1/);
		expect((await at.tsbox(['drift', `${at.name}-job-1`])).status).toBe(0);
		await at.tsbox(['down', '-t', '0', at.name]);
		expect((await at.tsbox(['network', 'rm', shared])).status).toBe(0);
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
