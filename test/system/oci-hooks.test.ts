import {spawnSync} from 'node:child_process';
import {existsSync, readFileSync, readlinkSync as readlink, symlinkSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {configOf, createIn, forever, type RuntimeBox, runtimeBox} from './runtime-box.ts';

/* Hooks of all six kinds: their order, what they get, and what becomes of a container whose hook fails. */

let at: RuntimeBox;
beforeEach(async () => {
	at = await runtimeBox();
});
afterEach(() => {
	at[Symbol.dispose]();
});

const sh = (script: string) => ({path: '/bin/sh', args: ['named', '-c', script]});
const fails = [{path: '/bin/true'}, {path: '/bin/false'}];
const create = (hooks: object, script = forever) => createIn(at, script, {hooks, annotations: {a: 'b'}});

test('they run in their order, with the state on their input', () => {
	const note = (where: string) => sh(`{ echo ${where}; cat; echo; } >> ${at.folder}/hooks`);
	const hooks = {
		prestart: [note('prestart')],
		createRuntime: [note('createRuntime'), note('second')],
		createContainer: [note('createContainer')],
		startContainer: [{path: '/bin/sh', args: ['sh', '-c', 'cat > /inside']}],
		poststart: [note('poststart')],
		poststop: [note('poststop'), {path: '/bin/false'}],
	};
	expect(create(hooks)).toMatchObject({status: 0, log: undefined});
	expect(existsSync(join(at.folder, 'rootfs/inside'))).toBe(false);
	expect(at.oci('start', 'c').status).toBe(0);
	expect(at.oci('delete', '--force', 'c').status).toBe(0);
	const lines = readFileSync(join(at.folder, 'hooks'), 'utf8').split('\n');
	expect(lines.filter(line => /^[a-z]+$/i.test(line))).toEqual([
		'prestart',
		'createRuntime',
		'second',
		'createContainer',
		'poststart',
		'poststop',
	]);
	const states = lines.flatMap(line => (line.startsWith('{') ? [JSON.parse(line) as Record<string, unknown>] : []));
	const creating = Array<string>(3).fill('creating');
	expect(states.map(({status}) => status)).toEqual(['created', ...creating, 'running', 'stopped']);
	for (const state of states)
		expect(state).toMatchObject({
			id: 'c',
			annotations: {a: 'b'},
			bundle: join(at.folder, 'bundle'),
			ociVersion: '1.0.2',
		});
	const inside: unknown = JSON.parse(readFileSync(join(at.folder, 'rootfs/inside'), 'utf8'));
	expect(inside).toMatchObject({id: 'c', pid: 1, status: 'created'});
	expect(at.left()).toEqual([]);
});

test('they run in the folder of the bundle, with the environment of the runtime or one of their own', () => {
	const told = (name: string) => join(at.folder, name);
	const hooks = {
		createRuntime: [
			sh(
				`{ pwd; echo "$0"; echo "\${PATH-none}"; test -e rootfs || test -e config.json && echo bundle; } > ${told('one')}`,
			),
			{...sh(`/usr/bin/env > ${told('two')}`), env: ['OWN=x y']},
		],
	};
	expect(create(hooks)).toMatchObject({status: 0});
	const [folder, name, path, bundle] = readFileSync(told('one'), 'utf8').split('\n');
	expect([folder, name, bundle]).toEqual([join(at.folder, 'bundle'), 'named', 'bundle']);
	expect(path).toContain('/usr/bin');
	const own = readFileSync(told('two'), 'utf8').split('\n');
	expect(own).toContain('OWN=x y');
	expect(own.some(line => line.startsWith('PATH='))).toBe(false);
});

test('they get the PATH of the caller as it is, if it has the folders of the system', () => {
	const folder = at.bundle({...configOf(at, 'exit 0'), hooks: {prestart: [sh(`echo "$PATH" > ${at.folder}/told`)]}});
	const path = `/opt/own:${process.env['PATH'] ?? ''}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`;
	const [program = '', ...places] = at.command;
	expect(spawnSync(program, [...places, 'run', '--bundle', folder, 'c'], {env: {PATH: path}}).status).toBe(0);
	expect(readFileSync(join(at.folder, 'told'), 'utf8')).toBe(`${path}\n`);
});

test('the bundle is told as it was named', () => {
	at.bundle({...configOf(at, forever), hooks: {createRuntime: [sh(`cat > ${at.folder}/told`)]}});
	symlinkSync('bundle', join(at.folder, 'link'));
	expect(at.oci('create', '--bundle', 'link', 'c')).toMatchObject({status: 0, log: undefined});
	const bundle = join(at.folder, 'link');
	expect(JSON.parse(readFileSync(join(at.folder, 'told'), 'utf8'))).toMatchObject({bundle});
	expect(JSON.parse(at.oci('state', 'c').out)).toMatchObject({bundle});
});

test('createRuntime runs in the namespaces of the host, createContainer in those of the container', () => {
	const namespaces = (file: string) => sh(`readlink /proc/self/ns/uts /proc/self/ns/mnt > ${at.folder}/${file}`);
	create({createRuntime: [namespaces('host')], createContainer: [namespaces('container')]});
	const read = (file: string): readonly string[] => readFileSync(join(at.folder, file), 'utf8').trim().split('\n');
	const own = ['uts', 'mnt'].map(kind => readlink(`/proc/self/ns/${kind}`));
	expect(read('host')).toEqual(own);
	const {pid} = JSON.parse(at.oci('state', 'c').out) as {pid: number};
	expect(read('container')).toEqual(['uts', 'mnt'].map(kind => readlink(`/proc/${pid}/ns/${kind}`)));
});

describe('a hook that fails', () => {
	test.each(['prestart', 'createRuntime', 'createContainer'])('%s: create fails, and nothing is left', kind => {
		expect(create({[kind]: fails})).toMatchObject({
			status: 1,
			log: `error running ${kind} hook #1: /bin/false failed with exit status 1`,
		});
		expect(at.left()).toEqual([]);
	});

	test.each(['startContainer', 'poststart'])('%s: start fails, and the container has stopped', kind => {
		expect(create({[kind]: fails}, 'echo up > /printed; sleep 1000').status).toBe(0);
		const said = at.oci('start', 'c');
		expect(said).toMatchObject({status: 1, log: expect.stringContaining(`error running ${kind} hook #1:`) as string});
		expect(at.status('c')).toBe('stopped');
		expect(at.oci('delete', 'c').status).toBe(0);
		expect(at.left()).toEqual([]);
	});

	test.each(['prestart', 'createRuntime', 'createContainer', 'startContainer', 'poststart'])(
		'%s: run fails, and nothing is left',
		kind => {
			const folder = at.bundle({...configOf(at, 'sleep 1000'), hooks: {[kind]: fails}});
			const said = at.oci('run', '--bundle', folder, 'c');
			expect(said.log).toContain(`error running ${kind} hook #1:`);
			expect(said.status).toBe(1);
			expect(at.left()).toEqual([]);
		},
	);

	test('one that hangs, that is not there, or whose path begins nowhere', () => {
		const log = (hook: object, kind = 'createRuntime') => create({[kind]: [hook]}).log;
		expect(log({path: '/bin/sleep', args: ['sleep', '1000'], timeout: 1})).toContain('did not end within 1 s');
		expect(log({path: '/gone'})).toContain('hook #0: /gone: no such file or directory');
		expect(log({path: 'relative'})).toContain('hooks.createRuntime.0.path must be an absolute path');
		expect(log({path: '/bin/true', timeout: 0})).toContain('hooks.createRuntime.0.timeout must be greater than zero');
		expect(at.left()).toEqual([]);
		expect(create({startContainer: [{path: '/bin/sleep', args: ['sleep', '1000'], timeout: 1}]}).status).toBe(0);
		expect(at.oci('start', 'c').log).toBe('error running startContainer hook #0: /bin/sleep did not end in time');
	});
});

test('a hook inside runs in the root filesystem, before the root has changed', () => {
	const folder = join(at.folder, 'bundle');
	expect(create({createContainer: [sh(`touch ./made && cat ${folder}/config.json > ./copied`)]})).toMatchObject({
		status: 0,
	});
	expect(existsSync(join(at.folder, 'rootfs/made'))).toBe(true);
	expect(readFileSync(join(at.folder, 'rootfs/copied'), 'utf8')).toContain('createContainer');
});
