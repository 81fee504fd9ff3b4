import {execFileSync} from 'node:child_process';
import {chmodSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync} from 'node:fs';
import {basename, join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {configOf, type RuntimeBox, runtimeBox} from './runtime-box.ts';
import {until} from './until.ts';

/* User namespaces, id-mapped mounts, and what root of a container may not do with them. */

const id = 'c';
const first = 1_879_048_192;
const rows = [{containerID: 0, hostID: first, size: 65_536}];
const kinds = ['pid', 'ipc', 'uts', 'mount', 'network', 'user'];

let at: RuntimeBox;
beforeEach(async () => {
	at = await runtimeBox();
	execFileSync('chown', ['-R', `${first}:${first}`, `${at.folder}/rootfs`]);
});
afterEach(() => {
	at[Symbol.dispose]();
});

interface Asked {
	readonly changes?: object;
	readonly linux?: object;
	readonly capabilities?: readonly string[];
	readonly mounts?: readonly object[];
}

function bundle(script: string, {changes = {}, linux = {}, capabilities = ['CAP_CHOWN'], mounts = []}: Asked = {}) {
	const config = configOf(at, script, changes, {
		namespaces: kinds.map(type => ({type})),
		uidMappings: rows,
		gidMappings: rows,
		...linux,
	});
	const sets = {bounding: capabilities, effective: capabilities, permitted: capabilities};
	const process = {...config.process, capabilities: sets};
	return at.bundle({...config, process: {...process, ...changes}, mounts: [...config.mounts, ...mounts]});
}

const run = (script: string, asked?: Asked) => at.oci('run', '--bundle', bundle(script, asked), id);
const create = (script: string, asked?: Asked) => at.oci('create', '--bundle', bundle(script, asked), id);

describe('a new user namespace', () => {
	test.each([
		['by the path of the root filesystem', 0o711],
		['where root of the container cannot go to its path', 0o700],
	])('has its ids, its devices, and the kernel files, %s', (_, mode) => {
		chmodSync(at.folder, mode);
		const mounts = [
			{destination: '/sys', type: 'sysfs', source: 'sysfs', options: ['ro', 'nosuid']},
			{destination: '/dev/mqueue', type: 'mqueue', source: 'mqueue'},
		];
		const linux = {devices: [{path: '/dev/x', type: 'c', major: 1, minor: 3, fileMode: 0o600, uid: 5, gid: 6}]};
		const script =
			'id -u; cat /proc/self/uid_map; hostname; ls -ln /dev/x /dev/null; echo > /dev/null; touch /new; cat /sys/class/net/lo/flags';
		const {out, err} = run(script, {mounts, linux});
		expect(err).toBe('');
		const [uid, map, , none, x, flags] = out.split('\n').map(line => line.trim().replaceAll(/\s+/g, ' '));
		expect([uid, map, flags]).toEqual(['0', `0 ${first} 65536`, '0x9']);
		expect([x, none]).toEqual([
			expect.stringMatching(/^crw------- 1 5 6 1, 3/) as string,
			expect.stringMatching(/^crw-rw-rw- 1 0 0 1, 3/) as string,
		]);
		expect(statSync(`${at.folder}/rootfs/new`).uid).toBe(first);
		expect(at.left()).toEqual([]);
	});

	test('is entered by exec, and its processes are signalled, listed, frozen and removed', async () => {
		expect(create('trap "" TERM; while :; do sleep 1; done')).toMatchObject({status: 0, log: undefined});
		expect(at.oci('start', id).status).toBe(0);
		expect(at.oci('exec', id, 'cat', '/proc/self/uid_map').out.trim().split(/\s+/)).toEqual(['0', `${first}`, '65536']);
		expect(at.oci('exec', '--user', '1000:1000', id, 'id', '-u').out).toBe('1000\n');
		expect(at.oci('pause', id).status).toBe(0);
		expect(at.status(id)).toBe('paused');
		expect(at.oci('resume', id).status).toBe(0);
		const pids = JSON.parse(at.oci('ps', '--format', 'json', id).out) as readonly number[];
		expect(statSync(`/proc/${pids[0]}`).uid).toBe(first);
		expect(at.oci('kill', id, '9').status).toBe(0);
		await until('it has ended', () => at.status(id) === 'stopped');
		expect(at.oci('delete', id).status).toBe(0);
		expect(at.left()).toEqual([]);
	});

	test('of another container is joined by its path, with its network', () => {
		expect(create('while :; do sleep 1; done')).toMatchObject({status: 0, log: undefined});
		const {pid} = JSON.parse(at.oci('state', id).out) as {pid: number};
		const cgroupsPath = `/tsbox/${basename(at.folder)}-member`;
		const shared = ['user', 'network', 'ipc', 'uts'].map(type => ({
			type,
			path: `/proc/${pid}/ns/${{user: 'user', network: 'net', ipc: 'ipc', uts: 'uts'}[type]}`,
		}));
		const linux = {
			namespaces: [...shared, {type: 'mount'}, {type: 'pid'}],
			cgroupsPath,
			uidMappings: [],
			gidMappings: [],
		};
		const sys = {destination: '/sys', type: 'sysfs', source: 'sysfs', options: ['ro']};
		const words = bundle(
			'readlink /proc/self/ns/user; readlink /proc/self/ns/net; id -u; echo > /dev/null && echo opened',
			{
				linux,
				mounts: [sys],
			},
		);
		const {out, log} = at.oci('run', '--bundle', words, 'member');
		expect(log).toBeUndefined();
		const names = execFileSync('readlink', [`/proc/${pid}/ns/user`, `/proc/${pid}/ns/net`], {encoding: 'utf8'});
		expect(out).toBe(`${names}0\nopened\n`);
		const other = {...linux, uidMappings: [{containerID: 0, hostID: 5, size: 1}], gidMappings: rows};
		expect(at.oci('create', '--bundle', bundle('', {linux: other}), 'other').log).toContain('is not the map of');
	});

	test('keeps what root of the container is not to write', () => {
		mkdirSync(`${at.folder}/shown/below`, {recursive: true});
		writeFileSync(`${at.folder}/secret`, 'host\n', {mode: 0o600});
		writeFileSync(`${at.folder}/shown/secret`, 'host\n', {mode: 0o600});
		execFileSync('mount', ['-t', 'tmpfs', '-o', 'ro,nosuid', 'x', `${at.folder}/shown/below`]);
		try {
			const shown = {destination: '/m', type: 'bind', source: `${at.folder}/shown`, options: ['rbind']};
			const script = [
				'cat /m/secret',
				'chown 0 /m/secret',
				'mount -o remount,bind,rw /m/below',
				'umount /m/below',
				'mknod /tmp/sda b 8 0',
				'echo 1 > /proc/sys/kernel/sysrq',
			];
			const {out} = run(`exec 2>&1; ${script.map(line => `${line} && echo "done: ${line}"`).join('; ')}; true`, {
				mounts: [shown],
				capabilities: ['CAP_SYS_ADMIN', 'CAP_DAC_OVERRIDE', 'CAP_CHOWN', 'CAP_MKNOD', 'CAP_FOWNER'],
			});
			expect(out).not.toContain('done:');
			expect(out.split('\n').filter(Boolean)).toHaveLength(script.length);
			expect(readFileSync(`${at.folder}/shown/secret`, 'utf8')).toBe('host\n');
		} finally {
			execFileSync('umount', [`${at.folder}/shown/below`]);
		}
	});

	test('a /dev that is a symlink in the root filesystem makes nothing on the host', () => {
		mkdirSync(`${at.folder}/outside`);
		execFileSync('rm', ['-rf', `${at.folder}/rootfs/dev`]);
		symlinkSync(`${at.folder}/outside`, `${at.folder}/rootfs/dev`);
		expect(create('true').status).toBe(1);
		expect(existsSync(join(at.folder, 'outside/null'))).toBe(false);
		expect(at.left()).toEqual([]);
	});

	test.each([
		['no map', {uidMappings: []}, 'linux.uidMappings has no row for root'],
		['a map without root', {gidMappings: [{containerID: 1, hostID: first, size: 2}]}, 'linux.gidMappings has no row'],
		['rows that overlap', {uidMappings: [...rows, {containerID: 9, hostID: 5, size: 1}]}, 'an id in common'],
		['an empty row', {uidMappings: [...rows, {containerID: 99_999, hostID: 5, size: 0}]}, 'has the size 0'],
		['maps without the namespace', {namespaces: [{type: 'mount'}]}, 'needs a user namespace'],
	])('%s is refused', (_, linux, message) => {
		expect(create('true', {linux}).log).toContain(message);
		expect(at.left()).toEqual([]);
	});
});

describe('an id-mapped mount', () => {
	const map = [{containerID: 0, hostID: 4000, size: 10}];

	test('shows files with other ids, in a container with the ids of the host', () => {
		mkdirSync(`${at.folder}/source`);
		writeFileSync(`${at.folder}/source/file`, '');
		const source = `${at.folder}/source`;
		const maps = {uidMappings: map, gidMappings: map};
		const mounts = [
			{destination: '/m', type: 'bind', source, options: ['bind', 'idmap'], ...maps},
			{destination: '/f', type: 'bind', source: `${source}/file`, options: ['bind'], ...maps},
			{destination: '/plain', type: 'bind', source, options: ['bind']},
		];
		const linux = {namespaces: [{type: 'mount'}, {type: 'pid'}], uidMappings: [], gidMappings: []};
		const {out, log} = run('stat -c %u:%g /m/file /f /plain/file', {linux, mounts});
		expect({out, log}).toEqual({out: '4000:4000\n4000:4000\n0:0\n', log: undefined});
	});

	test('has the map that an option of crun names', () => {
		const source = `${at.folder}/source`;
		mkdirSync(source);
		const mounts = ['uids=0-4000-10;gids=0-5000-10', 'uids=@0-1-10'].map((rows, each) => ({
			destination: `/m${each}`,
			type: 'bind',
			source,
			options: ['bind', `idmap=${rows}`],
		}));
		const namespaces = ['mount', 'pid'].map(type => ({type}));
		const linux = {namespaces, uidMappings: [], gidMappings: []};
		const {out, log} = run('stat -c %u:%g /m0', {linux, mounts: mounts.slice(0, 1)});
		expect({out, log}).toEqual({out: '4000:5000\n', log: undefined});
		const inside = run('stat -c %u:%g /m1', {mounts: mounts.slice(1)});
		expect({out: inside.out, log: inside.log}).toEqual({out: '1:0\n', log: undefined});
	});

	test('has the map of the user namespace where it names none, with all mounts below it', () => {
		mkdirSync(`${at.folder}/source/below`, {recursive: true});
		execFileSync('mount', ['-t', 'tmpfs', 'x', `${at.folder}/source/below`]);
		try {
			const mount = (destination: string, ...options: readonly string[]) => ({
				destination,
				type: 'bind',
				source: `${at.folder}/source`,
				options,
			});
			const mounts = [mount('/all', 'rbind', 'ridmap'), mount('/top', 'rbind', 'idmap')];
			const {out, log} = run('stat -c %u /all /all/below /top /top/below; touch /all/below/new', {mounts});
			expect({out, log}).toEqual({out: '0\n0\n0\n65534\n', log: undefined});
			expect(statSync(`${at.folder}/source/below/new`).uid).toBe(0);
		} finally {
			execFileSync('umount', [`${at.folder}/source/below`]);
		}
	});

	test('one map of the two is refused, and a map of nothing', () => {
		const mount = {destination: '/m', type: 'bind', source: at.folder, options: ['bind', 'idmap']};
		const linux = {namespaces: [{type: 'mount'}], uidMappings: [], gidMappings: []};
		expect(create('true', {linux, mounts: [{...mount, uidMappings: map}]}).log).toContain('only one of');
		expect(create('true', {linux, mounts: [mount]}).log).toContain('there is no map');
		expect(at.left()).toEqual([]);
	});
});
