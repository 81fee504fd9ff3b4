import {execFileSync, spawnSync} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {busyboxFixture} from '../../fixtures/busybox.ts';
import {has} from './engines.ts';
import {runtime} from './runtime-engines.ts';

/* Podman of an ordinary user, which calls the runtime as root of a user namespace with the subordinate ids of this user. */

describe.runIf(has('podman', 'conmon', 'newuidmap', 'useradd'))('Podman of an ordinary user', () => {
	const login = `tsboxpod${randomBytes(3).toString('hex')}`;
	const folder = mkdtempSync(join(tmpdir(), 'tsbox-rootless-'));
	const home = join(folder, 'home');
	const own = join(folder, 'run');
	let uid = '';

	const podman = (...words: readonly string[]) => {
		const env = ['-i', '-C', home, 'PATH=/usr/sbin:/usr/bin:/sbin:/bin', `HOME=${home}`, `XDG_RUNTIME_DIR=${own}`];
		const flags = ['--cgroup-manager', 'cgroupfs', '--storage-driver', 'vfs', '--runtime', runtime];
		const user = [`--reuid=${login}`, `--regid=${login}`, '--init-groups'];
		const all = [...user, '--', 'env', ...env, 'podman', ...flags, ...words];
		const {status, stdout, stderr} = spawnSync('setpriv', all, {encoding: 'utf8', timeout: 60_000});
		return {status, out: stdout, err: stderr.replaceAll(/^time=.* level=warning .*\n/gm, '')};
	};
	const inside = (script: string, ...options: readonly string[]) =>
		podman('run', '--rm', '--network', 'none', ...options, 'bb', 'sh', '-c', script);
	const containers = () => (existsSync(`${own}/tsbox/containers`) ? readdirSync(`${own}/tsbox/containers`) : []);

	beforeAll(async () => {
		execFileSync('useradd', ['--no-create-home', '--home-dir', home, login]);
		uid = execFileSync('id', ['-u', login], {encoding: 'utf8'}).trim();
		for (const each of [home, own]) mkdirSync(each, {mode: 0o700});
		copyFileSync(await busyboxFixture(), join(home, 'bb.tar'));
		mkdirSync(join(home, 'shared'));
		writeFileSync(join(home, 'shared/file'), 'mine\n');
		chmodSync(folder, 0o755);
		execFileSync('chown', ['-R', `${login}:`, home, own]);
		const {status, err} = podman('import', join(home, 'bb.tar'), 'bb');
		if (status !== 0) throw new Error(err);
	});
	afterAll(() => {
		podman('rm', '-af', '-t', '0');
		// Its process that holds the user namespace, and files of subordinate ids.
		podman('system', 'migrate');
		rmSync(folder, {recursive: true, force: true});
		execFileSync('userdel', [login]);
	});

	test('root of a container is that user, with devices, a hostname and mounts of its own', () => {
		const script = 'id -u; cat /proc/self/uid_map; hostname; echo > /dev/null; touch /new; mount | grep -c " on /sys "';
		const {status, out, err} = inside(script, '--hostname', 'named');
		expect({status, err}).toEqual({status: 0, err: ''});
		expect(out.replaceAll(/ +/g, ' ')).toMatch(new RegExp(`^0\n 0 ${uid} 1\n 1 \\d+ \\d+\nnamed\n[1-9]\n$`));
	});

	test('other users, ids that are kept, capabilities, and a read-only root', () => {
		expect(inside('id -u', '-u', '1000:1000')).toMatchObject({out: '1000\n', err: ''});
		expect(inside('id -u', '--userns', 'keep-id')).toMatchObject({out: `${uid}\n`, err: ''});
		const none = inside('touch /x; grep CapEff /proc/self/status', '--read-only', '--cap-drop', 'all');
		expect(none.out).toContain('0000000000000000');
		expect(none.err).toContain('Read-only file system');
		expect(inside('cat /s/file; touch /s/x', '-v', `${home}/shared:/s:ro`)).toMatchObject({status: 1, out: 'mine\n'});
	});

	test('starts, enters, stops, starts again and removes one', () => {
		expect(podman('run', '-d', '--name', 'n', '--network', 'none', 'bb', 'sleep', '1000')).toMatchObject({err: ''});
		expect(podman('exec', 'n', 'cat', '/proc/1/comm')).toMatchObject({out: 'sleep\n', err: ''});
		expect(podman('exec', '-u', '7', 'n', 'id', '-u').out).toBe('7\n');
		expect(podman('top', 'n', 'args').out).toContain('sleep 1000');
		expect(containers()).toHaveLength(1);
		expect(podman('stop', '-t', '0', 'n')).toMatchObject({status: 0, err: ''});
		expect(podman('start', 'n')).toMatchObject({status: 0, err: ''});
		expect(podman('rm', '-f', '-t', '0', 'n')).toMatchObject({status: 0, err: ''});
		expect(containers()).toEqual([]);
	});
});
