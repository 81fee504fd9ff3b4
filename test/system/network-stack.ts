import {execFileSync, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, readdirSync, readFileSync, readlinkSync} from 'node:fs';
import {createServer} from 'node:net';
import type {AddressInfo} from 'node:net';
import {join} from 'node:path';
import {expect} from 'vitest';
import {egressId} from '../../src/container/plan/resolve-egress.ts';
import {tableOf} from '../../src/plan/network/nft-text.ts';
import type {TestBox} from './box.ts';

/* Services on networks, for tests. */

/** Whether this host can have networks. */
export const isAble = process.getuid?.() === 0 && ['/usr/sbin/nft', '/usr/bin/ip'].every(path => existsSync(path));

/** What is left of networks of a test: links, tables, and files of its state. */
export function left(box: TestBox): readonly string[] {
	const state = join(box.folder, 'state');
	const table = tableOf(state);
	const tables = execFileSync('nft', ['list', 'tables'], {encoding: 'utf8'});
	const links = JSON.parse(execFileSync('ip', ['-json', 'link'], {encoding: 'utf8'})) as readonly {ifname: string}[];
	const own = links.filter(({ifname}) => started.has(ifname)).map(({ifname}) => `link ${ifname}`);
	const files = existsSync(join(state, 'networks'))
		? readdirSync(join(state, 'networks')).filter(name => name !== '.lock')
		: [];
	return [
		...box.leftovers(),
		...(tables.split('\n').includes(`table ${table}`) ? [table] : []),
		...own,
		...files.map(name => `file ${name}`),
	];
}

/** Links that appeared in tests of this file. */
const started = new Set<string>();

/** Notes the links of the networks that are up now, so that {@link left} looks for them. */
export function noteLinks(box: TestBox): void {
	const folder = join(box.folder, 'state/networks');
	for (const name of existsSync(folder) ? readdirSync(folder) : []) {
		const file = join(folder, name, 'network.json');
		if (!existsSync(file)) continue;
		started.add((JSON.parse(readFileSync(file, 'utf8')) as {bridge: string}).bridge);
		for (const lease of readdirSync(join(folder, name, 'leases')))
			started.add(readFileSync(join(folder, name, 'leases', lease), 'utf8').split(' ')[3] ?? '');
	}
}

/** A file with services that have the root of the host, by their keys. */
export function stack(box: TestBox, services: Readonly<Record<string, string>>, more = ''): string {
	const text = Object.entries(services).map(
		([name, body]) => `  ${name}:\n    rootfs: host\n    init: true\n${body.replaceAll(/^/gm, '    ')}`,
	);
	return box.file('stack.yaml', `name: ${box.name}\n${more}services:\n${text.join('\n')}\n`);
}

/** A service that does nothing. */
export const sleeps = 'command: [sleep, "600"]\n';
/** Answers each request with the name of its container. */
export const serves =
	'command: [sh, -c, "mkdir -p /tmp/w; hostname > /tmp/w/index.html; exec busybox httpd -f -p 80 -h /tmp/w"]\n';

/** Answers each request with the name of its container, at all its addresses of both families. */
export const serves6 =
	'command: [sh, -c, "mkdir -p /tmp/w; hostname > /tmp/w/index.html; exec busybox httpd -f -p \'[::]:80\' -h /tmp/w"]\n';

/** Starts the services of a file, and expects that it works. */
export async function bringUp(box: TestBox, spec: string, ...words: readonly string[]): Promise<void> {
	const {status, err} = await box.tsbox(['up', '-d', ...words, spec]);
	expect({status, err: status === 0 ? '' : err}).toEqual({status: 0, err: ''});
	noteLinks(box);
}

/** What a request from a container gives: the answer, or why there is none. */
export async function asks(box: TestBox, container: string, url: string): Promise<string> {
	const {out, err, status} = await box.tsbox([
		'exec',
		`${box.name}-${container}-1`,
		'--',
		'curl',
		'-sS',
		'-m',
		'3',
		url,
	]);
	return status === 0 ? out : `${status}: ${err.trim()}`;
}

/** The processes of the name server of a container. */
export function nameServers(box: TestBox, container: string): readonly number[] {
	const words = ['-lsF', `/${egressId(join(box.folder, 'state'), container)}.tsbox.invalid/`];
	const {stdout} = spawnSync('sh', ['-c', 'grep "$@" /proc/[0-9]*/cmdline', 'sh', ...words], {encoding: 'utf8'});
	const pids = [...stdout.matchAll(/\d+/g)].map(Number);
	return pids.filter(pid => existsSync(`/proc/${pid}`) && readlinkSync(`/proc/${pid}/exe`).endsWith('/dnsmasq'));
}

/** What a request from this host gives; throws what curl says when there is no answer. */
export const fetched = (...words: readonly string[]): string =>
	execFileSync('curl', ['-sS', '-m', '5', ...words], {encoding: 'utf8', stdio: 'pipe'});

/** A port of this machine on which nobody listens now. */
export async function unusedPort(): Promise<number> {
	const server = createServer().listen(0);
	await once(server, 'listening');
	const {port} = server.address() as AddressInfo;
	server.close();
	return port;
}
