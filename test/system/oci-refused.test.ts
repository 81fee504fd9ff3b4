import {spawn} from 'node:child_process';
import {existsSync, mkdirSync, rmdirSync, symlinkSync, writeFileSync} from 'node:fs';
import {basename, join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {configOf, forever, type RuntimeBox, runtimeBox} from './runtime-box.ts';

/* What `create` refuses, before anything is made. */

let at: RuntimeBox;
beforeEach(async () => {
	at = await runtimeBox();
});
afterEach(() => {
	at[Symbol.dispose]();
});

describe('bad input', () => {
	const bad = (config: unknown, id = 'c') => at.oci('create', '--bundle', at.bundle(config), id);
	/** Nothing is left of what was refused. */
	const clean = (): void => {
		if (at.left().length > 0) throw new Error(`left: ${at.left().join(', ')}`);
	};
	afterEach(clean);

	test('a bundle without config.json, and one that is no configuration', () => {
		mkdirSync(join(at.folder, 'empty'));
		expect(at.oci('create', '--bundle', join(at.folder, 'empty'), 'c')).toMatchObject({
			status: 1,
			log: expect.stringContaining('config.json not found') as string,
		});
		expect(bad('{').log).toContain('no JSON');
		expect(bad({...configOf(at, ''), ociVersion: '2.0.0'}).log).toContain('ociVersion 2.0.0 is unknown');
		expect(bad({...configOf(at, ''), process: {...configOf(at, '').process, cwd: 'here'}}).log).toContain(
			'process.cwd',
		);
		expect(bad(configOf(at, '', {}, {namespaces: [{type: 'sideways'}]})).log).toContain('linux.namespaces.0.type');
		expect(bad(configOf(at, '', {}, {seccomp: {defaultAction: 'SCMP_ACT_DANCE'}})).log).toContain('defaultAction');
		expect(bad(configOf(at, '', {}, {intelRdt: {}})).log).toContain('linux.intelRdt is not supported');
	});

	test('a setting of a network namespace that is joined by its path and is that of the host', () => {
		const namespaces = ['pid', 'mount'].map(type => ({type}));
		const shared = {namespaces: [...namespaces, {type: 'network', path: '/proc/self/ns/net'}]};
		expect(bad(configOf(at, '', {}, {...shared, sysctl: {'net.ipv4.ip_forward': '1'}})).log).toContain(
			"the container shares the host's network namespace",
		);
	});

	test('an unknown member is ignored', () => {
		expect(bad({...configOf(at, forever), unheardOf: {of: 1}})).toMatchObject({status: 0});
		at.oci('delete', '--force', 'c');
	});

	test('ids that lead elsewhere, that are too long, or in use', () => {
		for (const id of ['../c', '..', 'a/b', 'x'.repeat(1025)])
			expect(bad(configOf(at, ''), id)).toMatchObject({
				status: 1,
				log: expect.stringContaining('invalid container ID') as string,
			});
		expect(bad(configOf(at, forever)).status).toBe(0);
		expect(bad(configOf(at, forever))).toMatchObject({
			status: 1,
			log: expect.stringContaining('already exists') as string,
		});
		at.oci('delete', '--force', 'c');
	});

	test('a root filesystem that is a symlink or not there, and a source that is not there', () => {
		symlinkSync('rootfs', join(at.folder, 'link'));
		expect(bad({...configOf(at, ''), root: {path: join(at.folder, 'link')}}).log).toContain('invalid rootfs');
		expect(bad({...configOf(at, ''), root: {path: join(at.folder, 'gone')}}).log).toContain(
			'no such file or directory',
		);
		const mounts = [{destination: '/x', type: 'bind', source: '/gone/at/all', options: ['bind']}];
		expect(bad({...configOf(at, ''), mounts}).log).toContain('/gone/at/all');
	});

	test('a mount that leaves the root stays in it', () => {
		symlinkSync('/../../../../../../tmp', join(at.folder, 'rootfs/out'));
		const name = `${basename(at.folder)}-out`;
		const {mounts} = configOf(at, '');
		const more = ['/out', '/out/../../..'].map(folder => ({
			destination: `${folder}/${name}`,
			type: 'tmpfs',
			source: 'tmpfs',
		}));
		expect(bad({...configOf(at, forever), mounts: [...mounts, ...more]})).toMatchObject({status: 0});
		const places = [`/tmp/${name}`, `/${name}`];
		expect(places.map(path => existsSync(`${at.folder}/rootfs${path}`))).toEqual([true, true]);
		expect(places.map(path => existsSync(path))).toEqual([false, false]);
		at.oci('delete', '--force', 'c');
	});

	test('a command that is not there, and one that cannot be executed', () => {
		const {process} = configOf(at, '');
		expect(bad({...configOf(at, ''), process: {...process, args: ['nothing']}})).toMatchObject({
			status: 1,
			log: 'exec: "nothing": executable file not found in $PATH',
		});
		expect(bad({...configOf(at, ''), process: {...process, args: ['/etc/passwd']}}).log).toContain('permission denied');
	});

	test('a control group that is frozen, or that has processes of others', () => {
		const group = `/sys/fs/cgroup/freezer/tsbox/${basename(at.folder)}`;
		mkdirSync(group, {recursive: true});
		writeFileSync(join(group, 'freezer.state'), 'FROZEN');
		expect(bad(configOf(at, ''))).toMatchObject({
			status: 1,
			log: expect.stringContaining("container's cgroup unexpectedly frozen") as string,
		});
		writeFileSync(join(group, 'freezer.state'), 'THAWED');
		const other = spawn('sleep', ['100'], {stdio: 'ignore'});
		writeFileSync(join(group, 'cgroup.procs'), String(other.pid));
		expect(bad(configOf(at, '')).log).toContain("container's cgroup is not empty: 1 process(es) found");
		expect(other.exitCode).toBe(null);
		writeFileSync('/sys/fs/cgroup/freezer/cgroup.procs', String(other.pid));
		other.kill('SIGKILL');
		rmdirSync(group);
	});

	test('what nobody asked for', () => {
		expect(at.oci('start', 'c')).toMatchObject({status: 1, log: 'container does not exist'});
		expect(at.oci('state', 'c')).toMatchObject({status: 1, log: 'container does not exist'});
		expect(at.oci('dance', 'c').log).toContain("No help topic for 'dance'");
		const folder = at.bundle(configOf(at, ''));
		expect(at.oci('create', '--no-pivot', '--bundle', folder, 'c').log).toContain('--no-pivot is not supported');
		expect(at.oci('run', '--no-pivot', '--bundle', folder, 'c').log).toContain('--no-pivot is not supported');
		expect(at.oci('create', '--wings', 'c').log).toContain('flag provided but not defined: -wings');
		expect(at.oci('kill').log).toContain('container id cannot be empty');
	});
});
