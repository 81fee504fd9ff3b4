import {spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {readFileSync, readlinkSync} from 'node:fs';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {join} from 'node:path';
import {beforeAll, expect, test} from 'vitest';
import {asks, bringUp, sleeps, stack} from '../system/network-stack.ts';
import {openTun, usersAreAble} from '../system/ordinary-networks.ts';
import {rows} from '../system/project.ts';
import {target} from './attack.ts';

/* A container of an ordinary user with all capabilities, against the host and against the namespace of its networks. */

const user = {uid: 61_271, gid: 61_271};
const evil = `${sleeps}cap_add: [ALL]\nsysctls: {net.ipv4.conf.all.route_localnet: 1}\n`;

beforeAll(openTun);

test.runIf(usersAreAble)('what listens on the loopback device of the host is out of reach', async () => {
	await using at = await target(user);
	const {box, canary} = at;
	await using server = createServer((_, answer) => answer.end('secret')).listen(0, '127.0.0.1');
	await once(server, 'listening');
	const {port} = server.address() as AddressInfo;
	await bringUp(box, stack(box, {evil}, 'networks: {default: {}}\n'));
	const run = (...words: readonly string[]) => box.tsbox(['exec', `${box.name}-evil-1`, '--', ...words]);
	const gateway = /default via (\S+)/.exec((await run('ip', 'route')).out)?.[1];
	// Those of the link to the host: the gateway, the resolver, the namespace, and one that nobody has.
	for (const address of ['127.0.0.1', gateway, ...['2', '3', '100', '9'].map(last => `169.254.1.${last}`)])
		expect(await asks(box, 'evil', `http://${address}:${port}/`)).toMatch(/^(?:7|28|52|56): /);
	// Its packets to 127.0.0.1 leave by the bridge.
	await run(
		'sh',
		'-c',
		`ip route replace local 127.0.0.0/8 dev eth0 table local; ip route replace 127.0.0.0/8 via ${gateway}`,
	);
	const {out} = await run('curl', '-s', '-m', '2', '--interface', 'eth0', `http://127.0.0.1:${port}/`);
	expect(out).toBe('');
	canary.isUntouched();
	await box.tsbox(['down', '-t', '0', box.name]);
});

test.runIf(usersAreAble)('the namespace of the networks cannot be entered, and its holder has no power', async () => {
	await using at = await target(user);
	const {box, canary} = at;
	await bringUp(box, stack(box, {evil}, 'networks: {default: {}}\n'));
	const holder = readFileSync(join(box.folder, 'state/networks/.namespace'), 'utf8').split(' ')[0] ?? '';
	expect(readFileSync(`/proc/${holder}/status`, 'utf8')).toMatch(
		/CapPrm:\t0+\nCapEff:\t0+\nCapBnd:\t0+\nCapAmb:\t0+\nNoNewPrivs:\t1\n/,
	);
	const pid = (await rows(box))['evil']?.pid ?? 0;
	const space = (of: number | string): string => readlinkSync(`/proc/${of}/ns/user`);
	expect(space(pid)).not.toBe(space(holder));
	// Even with the file of it, which no container has: setns(2) asks for rights over the namespace's own.
	const inside = ['nsenter', '--target', String(pid), '--user', '--preserve-credentials', '--net'];
	const {status, stderr} = spawnSync(
		'setpriv',
		[
			`--reuid=${user.uid}`,
			`--regid=${user.gid}`,
			'--clear-groups',
			...inside,
			'nsenter',
			`--net=/proc/${holder}/ns/net`,
			'ip',
			'link',
		],
		{encoding: 'utf8'},
	);
	expect({status, stderr}).toEqual({status: 1, stderr: expect.stringMatching(/Permission denied|not permitted/)});
	canary.isUntouched();
	await box.tsbox(['down', '-t', '0', box.name]);
});
