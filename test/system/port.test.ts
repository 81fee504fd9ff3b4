import {createServer} from 'node:net';
import {existsSync} from 'node:fs';
import {once} from 'node:events';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {type TestBox, testBox} from './box.ts';
import {until} from './until.ts';

/* `tsbox port`: what the kernel shows, not what the spec says. */

/** A number that nobody has at the moment. */
async function freePort(): Promise<number> {
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const address = server.address();
	server.close();
	await once(server, 'close');
	if (address === null || typeof address === 'string') throw new Error('no port');
	return address.port;
}

const shared = 'namespaces: [mount, pid, uts, ipc, cgroup]\n';

/** A container over the host's own root filesystem, whose perl listens. */
async function listens(at: TestBox, tcp: number, udp: number, head = shared): Promise<string> {
	const program = [
		'use IO::Socket::INET;',
		`my $t = IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1:${tcp}") or die $@;`,
		`my $u = IO::Socket::INET->new(Proto => "udp", LocalAddr => "0.0.0.0:${udp}") or die $@;`,
		'sleep 1000;',
	].join(' ');
	const command = JSON.stringify(['perl', '-e', program.replaceAll('$', '$$$$')]);
	const up = await at.tsbox([
		'up',
		'-d',
		at.file('p.yaml', `name: ${at.name}\nrootfs: host\n${head}command: ${command}\n`),
	]);
	expect(up.status === 0 ? '' : up.err).toBe('');
	return up.err;
}

const hasPerl = existsSync('/usr/bin/perl');

test.runIf(hasPerl)('with the network of the host: where its own processes listen, and nobody else', async () => {
	await using at = await testBox();
	const [tcp, udp, other] = [await freePort(), await freePort(), await freePort()];
	const server = createServer().listen(other, '127.0.0.1');
	await once(server, 'listening');
	try {
		await listens(at, tcp, udp);
		await until('both listen', async () => (await at.tsbox(['port', at.name])).out.split('\n').length === 3);
		const {out, err, status} = await at.tsbox(['port', at.name]);
		expect({lines: new Set(out.trim().split('\n')), err, status}).toMatchObject({err: '', status: 0});
		expect(out).toContain(`${tcp}/tcp -> 127.0.0.1:${tcp}\n`);
		expect(out).toMatch(new RegExp(`^${udp}/udp -> 0\\.0\\.0\\.0:${udp}$`, 'm'));
		expect((await at.tsbox(['port', at.name, String(tcp)])).out).toBe(`127.0.0.1:${tcp}\n`);
		expect((await at.tsbox(['port', at.name, `${udp}/udp`])).out).toMatch(new RegExp(`:${udp}\n$`));
		expect(await at.tsbox(['port', at.name, `${udp}/tcp`])).toMatchObject({
			status: 1,
			out: '',
			err: `${at.name} does not listen on ${udp}/tcp\n`,
		});
		expect(await at.tsbox(['port', at.name, String(other)])).toMatchObject({status: 1, out: ''});
	} finally {
		server.close();
	}
	await at.tsbox(['down', '-t', '0', at.name]);
	expect(at.leftovers()).toEqual([]);
});

test.runIf(hasPerl)('with a network of its own nothing is published, and that is said', async () => {
	await using at = await testBox();
	const saidByUp = await listens(at, 80, 53, 'reproducible: true\nports: ["8080:80", "53:53/udp"]\n');
	const warning = '`ports` are not published: `8080:80/tcp`, `53:53/udp` cannot be reached';
	expect(saidByUp).toContain(`warning: ${at.name}: ${warning}`);
	const spec = join(at.folder, 'p.yaml');
	expect((await at.tsbox(['validate', spec])).err).toContain(`warning: ${warning}`);
	expect((await at.tsbox(['run', '--name', `${at.name}r`, spec, '--', 'true'])).err).toContain(`warning: ${warning}`);
	for (const args of [[], ['--explain']])
		expect((await at.tsbox(['plan', ...args, spec])).out.replaceAll(/\s+/g, ' ')).toContain(`warnings - ${warning}`);
	const all = await at.tsbox(['port', at.name]);
	expect(all).toMatchObject({status: 0, out: ''});
	expect(all.err).toBe(
		`${at.name} has its own network, so that its ports are not reachable from outside (\`ports\` lists 80/tcp, 53/udp, which is not published)\n`,
	);
	expect(await at.tsbox(['port', at.name, '80'])).toMatchObject({status: 1, out: ''});
	await at.tsbox(['down', '-t', '0', at.name]);
	expect(at.leftovers()).toEqual([]);
});

test('nonsense is refused', async () => {
	await using at = await testBox();
	for (const word of ['0', '65536', 'http', '80/sctp', '-1'])
		expect((await at.tsbox(['port', 'x', word])).status).toBe(2);
	expect((await at.tsbox(['port', at.name])).err).toContain(`there is no container named ${at.name}`);
	await at.tsbox(['up', '-d', at.spec('command: ["true"]\n')]);
	await until('it has ended', async () => (await at.tsbox(['ps', '-q'])).out === '');
	expect((await at.tsbox(['port', at.name])).err).toContain('is not running');
	await at.tsbox(['down', at.name]);
	expect(at.leftovers()).toEqual([]);
});
