import {execFileSync} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {readFileSync, statSync, writeFileSync} from 'node:fs';
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, test} from 'vitest';
import {configOf, type RuntimeBox, runtimeBox} from './runtime-box.ts';
import {until} from './until.ts';

/* The runtime of ordinary users, as those of Slurm call it: one with one id, and one with subordinate ids. */

const alone = {uid: 61_235, gid: 61_235};
let at: RuntimeBox;
afterEach(() => {
	at[Symbol.dispose]();
});

const row = (containerID: number, hostID: number, size: number) => ({containerID, hostID, size});
const namespaces = ['pid', 'ipc', 'uts', 'mount', 'network', 'user'].map(type => ({type}));

function bundle(script: string, user: {readonly uid: number; readonly gid: number}, linux: object = {}): string {
	const maps = {uidMappings: [row(0, user.uid, 1)], gidMappings: [row(0, user.gid, 1)]};
	return at.bundle(configOf(at, script, {}, {namespaces, ...maps, ...linux}));
}

describe('a user with one id', () => {
	beforeEach(async () => {
		at = await runtimeBox(alone);
	});

	test('runs a bundle, whose root it is, with devices of the host', () => {
		const script = 'id -u; cat /proc/self/uid_map; echo > /dev/null; touch /new; grep -c . /proc/keys';
		const folder = bundle(script, alone, {maskedPaths: ['/proc/keys']});
		const {out, err, status} = at.oci('run', '--bundle', folder, 'r');
		expect({status, err}).toEqual({status: 1, err: ''});
		expect(out.replaceAll(/ +/g, ' ')).toBe(`0\n 0 ${alone.uid} 1\n0\n`);
		expect(statSync(`${at.folder}/rootfs/new`).uid).toBe(alone.uid);
		expect(at.left()).toEqual([]);
	});

	test('creates, starts, enters, kills and deletes one', async () => {
		const folder = bundle('trap "" TERM; while :; do sleep 1; done', alone);
		expect(at.oci('create', '--bundle', folder, 'r')).toMatchObject({status: 0, log: undefined});
		expect(at.oci('start', 'r').status).toBe(0);
		expect(at.oci('exec', 'r', 'cat', '/proc/1/uid_map').out.trim().split(/ +/)).toEqual(['0', `${alone.uid}`, '1']);
		expect(at.status('r')).toBe('running');
		expect(at.oci('kill', 'r', '9').status).toBe(0);
		await until('it has ended', () => at.status('r') === 'stopped');
		expect(at.oci('delete', 'r').status).toBe(0);
		expect(at.left()).toEqual([]);
	});

	test('gets a user namespace where the configuration has none', () => {
		const script = 'id -u; cat /proc/self/uid_map; stat -c %u /';
		const folder = at.bundle(configOf(at, script, {}, {namespaces: namespaces.filter(({type}) => type !== 'user')}));
		const {out, log} = at.oci('run', '--bundle', folder, 'r');
		expect({out: out.replaceAll(/ +/g, ' '), log}).toEqual({out: `0\n 0 ${alone.uid} 1\n0\n`, log: undefined});
		expect(at.left()).toEqual([]);
	});

	test('has /sys of the host, without its writable parts, beside the network of the host', () => {
		const sys = {destination: '/sys', type: 'sysfs', source: 'sysfs', options: ['nosuid', 'noexec', 'nodev', 'ro']};
		const mounts = [...configOf(at, '').mounts, sys];
		const script = "ls -d /sys/kernel; awk '$5 ~ /^\\/sys/ && $6 !~ /^ro,nosuid,nodev,noexec/' /proc/self/mountinfo";
		const shared = namespaces.filter(({type}) => type !== 'network' && type !== 'user');
		const said = at.oci('run', '--bundle', at.bundle(configOf(at, script, {mounts}, {namespaces: shared})), 'r');
		expect(said).toMatchObject({out: '/sys/kernel\n', err: '', log: undefined});
	});

	test('keeps the access times of what it binds', () => {
		const bound = ['noatime', 'strictatime', 'relatime'].map(option => ({
			destination: `/${option}`,
			type: 'bind',
			source: '/usr/share',
			options: ['bind', option],
		}));
		const mounts = [...configOf(at, '').mounts, ...bound];
		const script = `awk '$5 ~ "atime$"' /proc/self/mountinfo | wc -l`;
		const said = at.oci('run', '--bundle', at.bundle(configOf(at, script, {mounts})), 'r');
		expect(said).toMatchObject({out: '3\n', err: '', log: undefined});
	});

	test('runs what `spec --rootless` writes', () => {
		expect(at.oci('spec', '--rootless', '--bundle', at.folder).status).toBe(0);
		const file = `${at.folder}/config.json`;
		const config = JSON.parse(readFileSync(file, 'utf8')) as {process: object};
		const process = {...config.process, terminal: false, args: ['sh', '-c', 'id -u; ls /sys/kernel | head -n 1']};
		writeFileSync(file, JSON.stringify({...config, process}));
		const {out, log} = at.oci('run', '--bundle', at.folder, 'r');
		expect({out: out.split('\n')[0], log}).toEqual({out: '0', log: undefined});
	});

	test('is refused what it cannot give: limits, other users, the ids of others, and the namespaces of root', () => {
		const refused = (linux: object, config: object = {}) => {
			const whole = configOf(at, 'true', config, {
				namespaces,
				uidMappings: [row(0, alone.uid, 1)],
				gidMappings: [row(0, alone.gid, 1)],
				...linux,
			});
			return at.oci('create', '--bundle', at.bundle(whole), 'r').log;
		};
		expect(refused({resources: {memory: {limit: 100_000_000}}})).toContain('no limits can be set');
		expect(refused({}, {process: {...configOf(at, 'true').process, user: {uid: 5, gid: 0}}})).toContain(
			"is not one of the container's ids",
		);
		expect(refused({uidMappings: [row(0, 0, 1)]})).toBeDefined();
		expect(refused({namespaces: [{type: 'mount'}], uidMappings: [], gidMappings: []})).toBeDefined();
		expect(at.left()).toEqual([]);
	});
});

describe('a user with subordinate ids', () => {
	const login = `tsboxoci${randomBytes(3).toString('hex')}`;
	const user = {uid: 0, gid: 0};
	let first = 0;
	beforeAll(() => {
		execFileSync('useradd', ['--no-create-home', '--home-dir', '/nonexistent', login]);
		user.uid = Number(execFileSync('id', ['-u', login]));
		user.gid = Number(execFileSync('id', ['-g', login]));
		const rows = readFileSync('/etc/subuid', 'utf8').split('\n');
		first = Number(rows.find(line => line.startsWith(`${login}:`))?.split(':')[1]);
	});
	afterAll(() => {
		execFileSync('userdel', [login]);
	});

	test('has other users in its container', async () => {
		at = await runtimeBox(user);
		const maps = (id: number) => [row(0, id, 1), row(1, first, 65_535)];
		const script = 'chown 1000:1000 /tmp; stat -c %u:%g /tmp; cat /proc/self/uid_map';
		const folder = bundle(script, user, {uidMappings: maps(user.uid), gidMappings: maps(user.gid)});
		const {out, log} = at.oci('run', '--bundle', folder, 'r');
		expect({out: out.replaceAll(/ +/g, ' '), log}).toEqual({
			out: `1000:1000\n 0 ${user.uid} 1\n 1 ${first} 65535\n`,
			log: undefined,
		});
		expect(statSync(`${at.folder}/rootfs/tmp`).uid).toBe(first + 999);
		const stolen = bundle('true', user, {uidMappings: [row(0, user.uid, 1), row(1, 0, 1)]});
		expect(at.oci('create', '--bundle', stolen, 'r').log).toContain('newuidmap');
		expect(at.left()).toEqual([]);
	});
});
