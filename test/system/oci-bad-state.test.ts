import {spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, mkdirSync, readdirSync, rmdirSync, rmSync, writeFileSync} from 'node:fs';
import {basename, join} from 'node:path';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {configOf, createIn, forever, type RuntimeBox, runtimeBox} from './runtime-box.ts';
import {until} from './until.ts';

/* Calls at a wrong moment, calls that are killed, and disks that are full: an error, and nothing is left. */

let at: RuntimeBox;
beforeEach(async () => {
	at = await runtimeBox();
});
afterEach(() => {
	at[Symbol.dispose]();
});

/** Starts a verb beside others; gives its exit status. */
function beside(...words: readonly string[]) {
	const [program = '', ...places] = at.command;
	const child = spawn(program, [...places, ...words], {stdio: 'ignore', env: {}});
	return {child, ended: once(child, 'exit').then(([status]) => status as number | null)};
}

test('of two starts at once one lets go', async () => {
	createIn(at);
	const statuses = await Promise.all([1, 2, 3].map(async () => await beside('start', 'c').ended));
	expect(statuses.toSorted((one, other) => (one ?? 0) - (other ?? 0))).toEqual([0, 1, 1]);
	expect(at.status('c')).toBe('running');
});

test('of two creates with one id at once one makes the container', async () => {
	const folder = at.bundle(configOf(at, forever));
	const statuses = await Promise.all([1, 2].map(async () => await beside('create', '--bundle', folder, 'c').ended));
	expect(statuses.toSorted((one, other) => (one ?? 0) - (other ?? 0))).toEqual([0, 1]);
	expect(at.status('c')).toBe('created');
	expect(at.oci('delete', '--force', 'c').status).toBe(0);
	expect(at.left()).toEqual([]);
});

test('a created container is not deleted without --force, and can be killed', async () => {
	createIn(at);
	expect(at.oci('delete', 'c')).toMatchObject({
		status: 1,
		log: 'cannot delete container c that is not stopped: created',
	});
	expect(at.status('c')).toBe('created');
	expect(at.oci('kill', 'c', 'KILL').status).toBe(0);
	await until('it has ended', () => at.status('c') === 'stopped');
	expect(at.oci('start', 'c').log).toBe('cannot start a container that has stopped');
	expect(at.oci('delete', 'c').status).toBe(0);
	expect(at.left()).toEqual([]);
});

test.each([{}, {poststop: [{path: '/bin/true'}]}])(
	'one that others froze in a group of theirs is deleted, hooks: %j',
	hooks => {
		createIn(at, forever, {hooks});
		const {pid} = JSON.parse(at.oci('state', 'c').out) as {pid: number};
		const group = `/sys/fs/cgroup/freezer/${basename(at.folder)}`;
		mkdirSync(group);
		try {
			writeFileSync(`${group}/cgroup.procs`, String(pid));
			writeFileSync(`${group}/freezer.state`, 'FROZEN');
			expect(at.oci('delete', '--force', 'c')).toMatchObject({status: 0, log: undefined});
			expect(at.left()).toEqual([]);
		} finally {
			writeFileSync(`${group}/freezer.state`, 'THAWED');
			rmdirSync(group);
		}
	},
);

test('what a killed create left is taken by delete --force, and its id can be used again', async () => {
	const folder = at.bundle(configOf(at, forever));
	const {child, ended} = beside('create', '--bundle', folder, 'c');
	await until('the container is entered', () => existsSync(`${at.folder}/root/c`));
	child.kill('SIGKILL');
	await ended;
	expect(at.oci('start', 'c').status).toBe(1);
	expect(at.oci('delete', '--force', 'c')).toMatchObject({status: 0, log: undefined});
	expect(at.left()).toEqual([]);
	expect(at.oci('create', '--bundle', folder, 'c')).toMatchObject({status: 0, log: undefined});
});

test('a full disk', () => {
	const folder = at.bundle(configOf(at, forever));
	// The root folder has a symlink alone, which needs an inode and no page.
	for (const [full, options] of [
		['root', 'nr_inodes=2'],
		['state', 'size=16k,mode=755'],
	] as const) {
		const path = join(at.folder, full);
		mkdirSync(path, {recursive: true});
		spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path]);
		try {
			spawnSync('sh', ['-c', `head -c 100k /dev/zero > ${path}/fill`]);
			const said = at.oci('create', '--bundle', folder, 'c');
			expect([full, said.status, said.log]).toEqual([
				full,
				1,
				expect.stringMatching(/no space|ENOSPC|full/i) as string,
			]);
			rmSync(`${path}/fill`);
			expect(at.left()).toEqual([]);
			expect(readdirSync(path).filter(name => name === 'c')).toEqual([]);
		} finally {
			spawnSync('umount', [path]);
		}
	}
});

test('a pid file and a log in a folder that is not there', () => {
	const folder = at.bundle(configOf(at, forever));
	expect(at.oci('create', '--bundle', folder, '--pid-file', join(at.folder, 'gone/pid'), 'c')).toMatchObject({
		status: 1,
		log: expect.stringContaining('gone/pid') as string,
	});
	expect(at.left()).toEqual([]);
	expect(at.oci('create', '--bundle', folder, 'c').status).toBe(0);
	writeFileSync(join(at.folder, 'process.json'), JSON.stringify({...configOf(at, '').process, args: ['true']}));
	const words = ['--process', join(at.folder, 'process.json'), '--pid-file', join(at.folder, 'gone/pid')];
	expect(at.oci('exec', ...words, 'c').status).toBe(255);
});
