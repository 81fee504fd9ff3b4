import {execFileSync} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {chmodSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {has, hasPodman, type Machine, machine} from './engines.ts';
import {dockerWithTsbox, podmanWithTsbox, type RuntimeEngine} from './runtime-engines.ts';
import {until} from './until.ts';

/* Engines that give each container, or all of them, ids that are nobody's on the host. */

describe.runIf(has('dockerd', 'docker', 'useradd'))('Docker with userns-remap', () => {
	const owner = `tsboxremap${randomBytes(3).toString('hex')}`;
	let place: Machine;
	let docker: RuntimeEngine;
	let first = 0;
	beforeAll(async () => {
		execFileSync('useradd', ['--no-create-home', '--home-dir', '/nonexistent', owner]);
		const row = readFileSync('/etc/subuid', 'utf8').split('\n');
		first = Number(row.find(line => line.startsWith(`${owner}:`))?.split(':')[1]);
		place = await machine();
		// Docker wants its remapped root to be able to go to its folder.
		chmodSync(place.folder, 0o711);
		docker = await dockerWithTsbox(place, {'userns-remap': owner});
	});
	afterAll(async () => {
		await docker?.[Symbol.asyncDispose]();
		await place?.[Symbol.asyncDispose]();
		execFileSync('userdel', [owner]);
	});
	const inside = (script: string, ...options: readonly string[]) =>
		docker.run(['run', '--rm', ...options, 'bb', 'sh', '-c', script]);

	test('root of a container is nobody on the host, with a network, devices and files of its own', () => {
		const script =
			'cat /proc/self/uid_map; id -u; echo > /dev/stdout; touch /new; ip addr show eth0 | grep -c inet; hostname';
		const {status, out, err} = inside(script, '--hostname', 'named');
		expect({status, err}).toEqual({status: 0, err: ''});
		expect(out.replaceAll(/ +/g, ' ')).toBe(` 0 ${first} 65536\n0\n\n1\nnamed\n`);
	});

	test('users, limits, volumes, terminals and exec', () => {
		expect(inside('id -u; id -g; echo x > /dev/stderr', '-u', '1000:1000')).toMatchObject({
			out: '1000\n1000\n',
			err: 'x\n',
		});
		expect(inside('cat /sys/fs/cgroup/memory/memory.limit_in_bytes', '-m', '64m').out).toBe('67108864\n');
		expect(inside('echo kept > /v/file && stat -c %u /v/file', '-v', 'data:/v').out).toBe('0\n');
		expect(inside('cat /v/file; touch /v/x', '-v', 'data:/v:ro')).toMatchObject({status: 1, out: 'kept\n'});
		mkdirSync(`${place.folder}/secret`);
		writeFileSync(`${place.folder}/secret/file`, 'host\n', {mode: 0o600});
		expect(inside('cat /s/file', '-v', `${place.folder}/secret:/s`)).toMatchObject({status: 1, out: ''});
		const typed = (words: string) => place.out('sh', '-c', `script -qec '${docker.line} ${words} tty' /dev/null`);
		expect(typed('run --rm -it bb')).toContain('/dev/pts/0');
		docker.run(['run', '-d', '--name', 'long', 'bb', 'sleep', '1000']);
		expect(typed('exec -it long')).toContain('/dev/pts/0');
		expect(typed('exec -it -u 7 long')).toContain('/dev/pts/');
		// What the engine starts them with.
		expect(place.out('stat', '-c', '%u:%g', '/dev/null')).toBe('0:0\n');
		expect(docker.run(['exec', '-u', '7', 'long', 'id', '-u']).out).toBe('7\n');
		expect(docker.run(['exec', 'long', 'cat', '/proc/1/uid_map']).out).toContain(String(first));
		const pid = docker.run(['inspect', '-f', '{{.State.Pid}}', 'long']).out.trim();
		expect(place.out('stat', '-c', '%u', `/proc/${pid}`)).toBe(`${first}\n`);
		const peer = inside('ip addr show eth0 | grep -c inet; readlink /proc/self/ns/user', '--network', 'container:long');
		expect(peer.out).toBe(`1\n${place.out('readlink', `/proc/${pid}/ns/user`)}`);
		for (const name of docker.containers()) expect(docker.tsbox('drift', name).out).toMatch(/^all \d+ checks agree\n$/);
		expect(docker.run(['stop', '-t', '0', 'long']).status).toBe(0);
		expect(docker.run(['start', 'long']).status).toBe(0);
		expect(docker.run(['rm', '-f', 'long']).status).toBe(0);
		expect(docker.containers()).toEqual([]);
	});

	test('the ids of the host, where it is asked for', () => {
		expect(inside('cat /proc/self/uid_map', '--userns', 'host').out.trim()).toMatch(/^0 +0 +4294967295$/);
	});
});

describe.runIf(hasPodman)('Podman with --uidmap', () => {
	let place: Machine;
	let podman: RuntimeEngine;
	beforeAll(async () => {
		place = await machine();
		podman = await podmanWithTsbox(place);
	});
	afterAll(async () => {
		await podman?.[Symbol.asyncDispose]();
		await place?.[Symbol.asyncDispose]();
	});
	const maps = ['--uidmap', '0:700000:65536', '--gidmap', '0:700000:65536'];

	test('a container has ids of its own, alone and in a pod', () => {
		const script = 'cat /proc/self/uid_map; echo > /dev/null; touch /new; ls -ln /new';
		const alone = podman.run(['run', '--rm', '--network', 'none', ...maps, 'bb', 'sh', '-c', script]);
		expect(alone).toMatchObject({status: 0, err: ''});
		expect(alone.out.replaceAll(/ +/g, ' ')).toMatch(/^ 0 700000 65536\n-rw-r--r-- 1 0 0 /);
		const infra = ['--network', 'none', '--infra-image', 'bb', '--infra-command', 'sleep 1000'];
		const made = podman.run(['pod', 'create', '--name', 'p', ...infra, ...maps]);
		expect(made.err).toBe('');
		const member = podman.run(['run', '--rm', '--pod', 'p', 'bb', 'sh', '-c', 'cat /proc/self/uid_map; ip addr']);
		expect(member.err).toBe('');
		expect(member.out).toContain('700000');
		podman.run(['pod', 'rm', '-f', '-t', '0', 'p']);
		expect(podman.containers()).toEqual([]);
	});

	test('with a network, detached, and entered', async () => {
		expect(podman.run(['run', '-d', '--name', 'n', ...maps, 'bb', 'sleep', '1000']).err).toBe('');
		expect(podman.run(['exec', 'n', 'sh', '-c', 'ip addr show eth0 | grep -c "inet "']).out).toBe('1\n');
		for (const name of podman.containers()) expect(podman.tsbox('drift', name).out).toMatch(/^all \d+ checks agree\n$/);
		// Podman's own cleaner of what has ended, and this, can both be at the mount of /dev/shm: "device or resource busy".
		await until('it is removed', () => podman.run(['rm', '-f', '-t', '0', 'n']).status === 0);
		await until('tsbox has nothing of it', () => podman.containers().length === 0);
	});
});
