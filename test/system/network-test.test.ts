import {execFileSync} from 'node:child_process';
import {createSocket} from 'node:dgram';
import {once} from 'node:events';
import {readdirSync, readFileSync} from 'node:fs';
import {type AddressInfo, createServer} from 'node:net';

import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {type TestBox, testBox} from './box.ts';
import {bringUp, isAble, left, sleeps, stack, unusedPort} from './network-stack.ts';
import {until} from './project.ts';

/* `network test` of real containers: each hop fails for real, and the verb says which. */

interface Hop {
	readonly hop: string;
	readonly state: string;
	readonly text: string;
	readonly why?: string;
	readonly hint?: string;
}

/** The hops of a test from a service, and its exit status, which says whether one failed. */
async function hops(box: TestBox, service: string, ...words: readonly string[]): Promise<readonly Hop[]> {
	const {out, err, status} = await box.tsbox(['network', 'test', '--json', `${box.name}-${service}-1`, ...words]);
	expect(err).toBe('');
	const found = JSON.parse(out) as readonly Hop[];
	expect(status).toBe(found.some(({state}) => state === 'failed') ? 1 : 0);
	return found;
}

const states = (found: readonly Hop[]): readonly string[] => found.map(({hop, state}) => `${hop} ${state}`);
const last = async (box: TestBox, service: string, ...words: readonly string[]): Promise<Hop> =>
	(await hops(box, service, ...words)).at(-1) ?? {hop: '', state: '', text: ''};

/** A service that listens on an address. */
const listensOn = (at: string): string => `command: [busybox, httpd, -f, -p, "${at}", -h, /tmp]\n`;

/** The lease of a service on a network. */
function lease(box: TestBox, network: string, service: string): {readonly address: string; readonly hostEnd: string} {
	const folder = join(box.folder, `state/networks/${box.name}_${network}/leases`);
	const texts = readdirSync(folder).map(file => readFileSync(join(folder, file), 'utf8'));
	const [, , , hostEnd = '', , address = ''] = (
		texts.find(each => each.includes(`# ${box.name}-${service}-1 `)) ?? ''
	).split(/\s/);
	return {address, hostEnd};
}

function bridgeOf(box: TestBox, network: string): string {
	const path = join(box.folder, `state/networks/${box.name}_${network}/network.json`);
	return (JSON.parse(readFileSync(path, 'utf8')) as {bridge: string}).bridge;
}

describe.runIf(isAble)('network test', () => {
	test('follows a connection to the hop at which it fails', async () => {
		await using box = await testBox();
		const published = await unusedPort();
		const spec = stack(
			box,
			{
				job: `${sleeps}networks: [outer]\n`,
				web: `${listensOn('80')}networks: [outer]\nports: ["${published}:80"]\n`,
				shy: `${listensOn('127.0.0.1:80')}networks: [outer]\n`,
				db: `${listensOn('80')}networks: [hidden]\n`,
				far: `${sleeps}networks: [other]\n`,
				alone: `${sleeps}network_mode: none\n`,
			},
			'networks: {outer: {}, other: {}, hidden: {internal: true}}\n',
		);
		await bringUp(box, spec);
		await until('web serves', async () => (await last(box, 'job', 'web:80')).hop === 'connection');
		expect(states(await hops(box, 'job', 'web:80'))).toEqual([
			'network ok',
			'name ok',
			'route ok',
			'rules ok',
			'listener ok',
			'connection ok',
		]);
		expect(await last(box, 'job', 'nobody:80')).toMatchObject({hop: 'name', state: 'failed'});
		const far = lease(box, 'other', 'far').address;
		const other = await last(box, 'job', `${far}:80`);
		expect(other).toMatchObject({hop: 'rules', state: 'failed', hint: expect.stringContaining(`${box.name}_other`)});
		expect(await last(box, 'db', `${lease(box, 'outer', 'web').address}:80`)).toMatchObject({
			hop: 'route',
			state: 'failed',
			why: expect.stringContaining('internal'),
		});
		expect(await last(box, 'job', 'web:81')).toMatchObject({
			hop: 'listener',
			state: 'failed',
			why: expect.stringMatching(/listens on .*:80$/),
		});
		await until('shy serves', async () => /only/.test((await last(box, 'job', 'shy:80')).text));
		expect(await last(box, 'job', 'shy:80')).toMatchObject({
			hop: 'listener',
			state: 'failed',
			text: `${box.name}-shy-1 listens on 127.0.0.1:80 only`,
			hint: expect.stringContaining('0.0.0.0'),
		});
		expect(await last(box, 'shy', 'localhost:80')).toMatchObject({hop: 'connection', state: 'ok'});
		expect(await last(box, 'alone')).toMatchObject({hop: 'network', state: 'failed'});
		const gateway = lease(box, 'outer', 'job').address.replace(/\d+$/, '1');
		expect(
			states(await hops(box, 'far', `${lease(box, 'other', 'far').address.replace(/\d+$/, '1')}:${published}`)),
		).toContain('connection ok');
		expect(await last(box, 'job', `${gateway}:${await unusedPort()}`)).toMatchObject({
			hop: 'listener',
			state: 'failed',
		});
		const {out} = await box.tsbox(['network', 'test', `${box.name}-job-1`, 'shy:80']);
		expect(out).toMatch(
			/^failed +listener +.* listens on 127\.0\.0\.1:80 only\n +because: .*\n +hint: let the program/m,
		);
		await box.tsbox(['down', '-t', '0', box.name]);
		expect(left(box)).toEqual([]);
	});

	test('a connection that a firewall of others drops fails at the last hop', async () => {
		await using box = await testBox();
		const server = createServer().listen(0);
		await once(server, 'listening');
		const {port} = server.address() as AddressInfo;
		const spec = stack(box, {job: `${sleeps}networks: [net]\n`}, 'networks: {net: {}}\n');
		await bringUp(box, spec);
		const {address} = lease(box, 'net', 'job');
		const target = `${address.replace(/\d+$/, '1')}:${port}`;
		expect(await last(box, 'job', target)).toMatchObject({hop: 'connection', state: 'ok'});
		const table = `inet ${box.name}`;
		const rules = `add table ${table}\nadd chain ${table} in { type filter hook input priority 0; }\nadd rule ${table} in ip saddr ${address} tcp dport ${port} drop\n`;
		execFileSync('nft', ['-f', '-'], {input: rules});
		try {
			expect(await last(box, 'job', target)).toMatchObject({
				hop: 'connection',
				state: 'failed',
				text: expect.stringContaining('does not answer'),
			});
		} finally {
			execFileSync('nft', ['delete', 'table', ...table.split(' ')]);
			server.close();
		}
		await box.tsbox(['down', '-t', '0', box.name]);
		expect(left(box)).toEqual([]);
	});

	test('looks at the network of a container: address, cable, gateway, route, resolver and ports', async () => {
		await using box = await testBox();
		const [good, bad, third] = [
			await unusedPort(),
			await unusedPort(),
			1 + (Number.parseInt(box.name.slice(1, 5), 16) % 250),
		];
		const gateway = `10.122.${third}.1`;
		const spec = stack(
			box,
			{web: `${listensOn('80')}networks: [net]\ndns: ["${gateway}"]\nports: ["${good}:80", "${bad}:81"]\n`},
			`networks: {net: {ipam: {config: [{subnet: 10.122.${third}.0/24}]}}}\n`,
		);
		await bringUp(box, spec);
		const {address, hostEnd} = lease(box, 'net', 'web');
		// Answers each question with the same question, marked as an answer.
		const resolver = createSocket('udp4');
		resolver.on('message', (message, {address: to, port}) => {
			message[2] = (message[2] ?? 0) | 0x80;
			resolver.send(message, port, to);
		});
		resolver.bind(53, gateway);
		await once(resolver, 'listening');
		const of = async (hop: string): Promise<readonly Hop[]> =>
			(await hops(box, 'web')).filter(each => each.hop === hop);
		await until('it serves', async () => (await of('port')).some(({state}) => state === 'ok'));
		expect(states(await hops(box, 'web'))).toEqual([
			'network ok',
			'address ok',
			'cable ok',
			'gateway ok',
			'route ok',
			'resolver ok',
			...(good < bad ? ['port ok', 'port failed'] : ['port failed', 'port ok']),
		]);
		expect((await of('port')).find(({state}) => state === 'failed')?.text).toContain(`0.0.0.0:${bad} -> 81/tcp`);
		resolver.close();
		await once(resolver, 'close');
		expect(await of('resolver')).toMatchObject([{state: 'failed', text: expect.stringContaining(gateway)}]);
		const pid = (JSON.parse((await box.tsbox(['inspect', `${box.name}-web-1`])).out) as {process: {pid: number}})
			.process.pid;
		const inside = (...words: readonly string[]): unknown =>
			execFileSync('nsenter', ['--target', String(pid), '--net', 'ip', ...words]);
		inside('route', 'delete', 'default');
		expect(await of('route')).toMatchObject([{state: 'failed'}]);
		execFileSync('ip', ['link', 'set', hostEnd, 'nomaster']);
		expect(states(await of('cable'))).toEqual(['cable failed']);
		expect(states(await of('gateway'))).toEqual(['gateway failed']);
		execFileSync('ip', ['link', 'set', hostEnd, 'master', bridgeOf(box, 'net')]);
		const table = `inet ${box.name}`;
		const rules = `add table ${table}\nadd chain ${table} in { type filter hook input priority 0; }\nadd rule ${table} in ip saddr ${address} drop\n`;
		execFileSync('nft', ['-f', '-'], {input: rules});
		try {
			expect(await of('gateway')).toMatchObject([{state: 'ok', text: expect.stringContaining('firewall')}]);
		} finally {
			execFileSync('nft', ['delete', 'table', ...table.split(' ')]);
		}
		inside('address', 'flush', 'dev', 'eth0');
		expect(await of('address')).toMatchObject([{state: 'failed', text: expect.stringContaining(address)}]);
		await box.tsbox(['down', '-t', '0', box.name]);
		expect(left(box)).toEqual([]);
	});

	test('a container with the network of the host, and words that are no target, are refused', async () => {
		await using box = await testBox();
		await bringUp(box, stack(box, {web: `${sleeps}network_mode: host\n`}));
		expect(await box.tsbox(['network', 'test', `${box.name}-web-1`])).toMatchObject({
			status: 125,
			err: expect.stringContaining('network of the host'),
		});
		for (const word of ['web', 'web:0', 'web:70000', ':80'])
			expect((await box.tsbox(['network', 'test', `${box.name}-web-1`, word])).status).toBe(2);
		await box.tsbox(['down', '-t', '0', box.name]);
		expect(box.leftovers()).toEqual([]);
	});
});
