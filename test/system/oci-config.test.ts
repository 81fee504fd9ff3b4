import {spawnSync} from 'node:child_process';
import {chmodSync, mkdirSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {configOf, printedBy, type RuntimeBox, runtimeBox} from './runtime-box.ts';

/* What members of a bundle's configuration do, as a process in the container sees it. */

let at: RuntimeBox;
beforeEach(async () => {
	at = await runtimeBox();
});
afterEach(() => {
	at[Symbol.dispose]();
});

describe('what a configuration says', () => {
	const printed = async (script: string, changes: object = {}, linux: object = {}): Promise<string> =>
		await printedBy(at, script, changes, linux);
	const process = (changes: object) => ({process: {...configOf(at, '').process, ...changes}});
	const withArgs = (script: string, changes: object) =>
		process({args: ['sh', '-c', `{ ${script}; } > /printed 2>&1`], ...changes});

	test('all five sets of capabilities', async () => {
		const sets = {
			bounding: ['CAP_CHOWN', 'CAP_KILL', 'CAP_NO_SUCH'],
			inheritable: ['CAP_KILL'],
			permitted: ['CAP_KILL', 'CAP_CHOWN'],
			effective: ['CAP_KILL'],
			ambient: ['CAP_KILL'],
		};
		writeFileSync(join(at.folder, 'rootfs/printed'), '');
		chmodSync(join(at.folder, 'rootfs/printed'), 0o666);
		const words = 'umask; id -u; id -G; grep Cap /proc/self/status';
		const user = {uid: 1000, gid: 1000, additionalGids: [5, 6], umask: 0o27};
		const text = await printed('', withArgs(words, {capabilities: sets, user}));
		expect(text).toBe(
			[
				'0027',
				'1000',
				'1000 5 6',
				'CapInh:\t0000000000000020',
				'CapPrm:\t0000000000000020',
				'CapEff:\t0000000000000020',
				'CapBnd:\t0000000000000021',
				'CapAmb:\t0000000000000020',
				'',
			].join('\n'),
		);
	});

	test('the groups of the caller, where the annotation of Podman asks for them', () => {
		const folder = at.bundle(configOf(at, 'id -G', {annotations: {'run.oci.keep_original_groups': '1'}}));
		const words = ['--groups', '7,8', '--', ...at.command, 'run', '--bundle', folder, 'c'];
		expect(spawnSync('setpriv', words, {encoding: 'utf8'}).stdout).toBe('0 7 8\n');
	});

	test('a filter that forbids getcwd, and a label of mounts where no SELinux runs', async () => {
		const syscalls = [{names: ['getcwd'], action: 'SCMP_ACT_ERRNO'}];
		const seccomp = {defaultAction: 'SCMP_ACT_ALLOW', architectures: ['SCMP_ARCH_X86_64'], syscalls};
		const mountLabel = 'system_u:object_r:container_file_t:s0:c715,c811';
		expect(await printed('/bin/busybox pwd; echo end', {}, {seccomp, mountLabel})).toMatch(/pwd: .*\nend\n$/);
	});

	test('mounts in their order, through symlinks of the root filesystem, with recursive options', async () => {
		mkdirSync(join(at.folder, 'source/below'), {recursive: true});
		writeFileSync(join(at.folder, 'source/file'), 'bound\n');
		symlinkSync('/run', join(at.folder, 'rootfs/var/run'));
		mkdirSync(join(at.folder, 'rootfs/full'));
		writeFileSync(join(at.folder, 'rootfs/full/kept'), 'kept\n');
		const {mounts} = configOf(at, '');
		const more = [
			{destination: '/var/run/deep/er', type: 'bind', source: join(at.folder, 'source'), options: ['rbind', 'rro']},
			{destination: '/full', type: 'tmpfs', source: 'tmpfs', options: ['tmpcopyup', 'size=64k']},
			{destination: '/run/file', source: join(at.folder, 'source/file'), options: ['bind', 'ro', 'nosuid']},
		];
		const text = await printed(
			'cat /run/deep/er/file /run/file /full/kept; touch /run/deep/er/x; grep -c full /proc/mounts',
			{
				mounts: [...mounts, ...more],
			},
		);
		expect(text).toBe('bound\nbound\nkept\ntouch: /run/deep/er/x: Read-only file system\n1\n');
	});

	test('namespaces of others, sysctls, masked and read-only paths, devices', async () => {
		const text = await printed(
			'hostname; cat /proc/sys/kernel/msgmax; cat /proc/keys | wc -c; echo 1 > /proc/sys/kernel/msgmax; ls -l /dev/x; readlink /proc/self/ns/net',
			{hostname: 'named'},
			{
				namespaces: [
					...['pid', 'ipc', 'uts', 'mount'].map(type => ({type})),
					{type: 'network', path: '/proc/self/ns/net'},
				],
				sysctl: {'kernel.msgmax': '4096'},
				maskedPaths: ['/proc/keys', '/proc/nothing'],
				readonlyPaths: ['/proc/sys'],
				devices: [{path: '/dev/x', type: 'c', major: 1, minor: 3, fileMode: 0o600, uid: 5, gid: 6}],
			},
		);
		const [host, most, masked, readonly, device, net] = text.split('\n');
		expect([host, most, masked]).toEqual(['named', '4096', '0']);
		expect(readonly).toContain('Read-only file system');
		expect(device).toMatch(/^crw-------\s+1 5\s+6\s+1,\s+3/);
		expect(net).toMatch(/^net:\[/);
	});
});
