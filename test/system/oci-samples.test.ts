import {existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:net';
import {dirname, join} from 'node:path';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {type RuntimeBox, runtimeBox} from './runtime-box.ts';
import {until} from './until.ts';

/* The configurations of engines, as they were captured. */

let at: RuntimeBox;
beforeEach(async () => {
	at = await runtimeBox();
});
afterEach(() => {
	at[Symbol.dispose]();
});

/** A captured configuration, with its paths in the folder of the box. */
function sample(name: string): {readonly process: {readonly terminal?: boolean}} {
	const folder = join(import.meta.dirname, '../../fixtures/bundles');
	const profiles = JSON.parse(readFileSync(join(folder, 'seccomp.json'), 'utf8')) as Record<string, unknown>;
	const config = JSON.parse(readFileSync(join(folder, name), 'utf8').replaceAll('@', `${at.folder}/engine`)) as {
		root: {path: string};
		linux: {seccomp?: unknown; cgroupsPath: string};
		process: {args: readonly string[]};
		mounts: readonly {type: string; source: string; destination: string}[];
	};
	if (typeof config.linux.seccomp === 'string') config.linux.seccomp = profiles[config.linux.seccomp];
	config.root.path = `${at.folder}/rootfs`;
	config.linux.cgroupsPath = `/tsbox/sample-${process.pid}`;
	config.process.args = ['/bin/sleep', '1000'];
	for (const {type, source, destination} of config.mounts) {
		if (type !== 'bind' || existsSync(source)) continue;
		mkdirSync(dirname(source), {recursive: true});
		if (/shm|vol|data/.test(destination) && !destination.startsWith('/etc')) mkdirSync(source);
		else writeFileSync(source, '');
	}
	return config as {process: {terminal?: boolean}};
}

test.each(readdirSync(join(import.meta.dirname, '../../fixtures/bundles')).filter(name => name.includes('-config')))(
	'the captured configuration %s is created, started, and taken back',
	async name => {
		const socket = join(at.folder, 'socket');
		const server = createServer(each => each.destroy()).listen(socket);
		await new Promise(resolve => server.once('listening', resolve));
		const config = sample(name);
		const options = config.process.terminal === true ? ['--console-socket', socket] : [];
		expect(at.oci('create', '--bundle', at.bundle(config), ...options, 'c')).toMatchObject({status: 0, log: undefined});
		expect(at.oci('start', 'c')).toMatchObject({status: 0});
		expect(at.status('c')).toBe('running');
		expect(at.oci('kill', 'c', '9').status).toBe(0);
		await until('it has ended', () => at.status('c') === 'stopped');
		expect(at.oci('delete', '--force', 'c').status).toBe(0);
		expect(at.left()).toEqual([]);
		server.close();
	},
);
