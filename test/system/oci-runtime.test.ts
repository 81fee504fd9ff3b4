import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:net';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {configOf, createIn, forever, type RuntimeBox, runtimeBox} from './runtime-box.ts';
import {until} from './until.ts';

/* The verbs of the OCI runtime, one by one, as engines call them. */

let at: RuntimeBox;
beforeEach(async () => {
	at = await runtimeBox();
});
afterEach(() => {
	at[Symbol.dispose]();
});

type Rest = Parameters<typeof createIn> extends [RuntimeBox, ...infer R] ? R : never;
const create = (...rest: Rest) => createIn(at, ...rest);

describe('the life of a container', () => {
	test('create waits, start lets go, kill ends, delete takes all back', async () => {
		expect(create(forever, {}, {}, '--pid-file', join(at.folder, 'pid'))).toMatchObject({status: 0, log: undefined});
		const pid = readFileSync(join(at.folder, 'pid'), 'utf8');
		expect(pid).toMatch(/^\d+$/);
		expect(JSON.parse(at.oci('state', 'c').out)).toMatchObject({
			ociVersion: '1.0.2',
			id: 'c',
			pid: Number(pid),
			status: 'created',
			bundle: join(at.folder, 'bundle'),
		});
		expect(existsSync(join(at.folder, 'rootfs/printed'))).toBe(false);
		expect(at.oci('start', 'c').status).toBe(0);
		expect(at.status('c')).toBe('running');
		await until('the command runs', () => existsSync(join(at.folder, 'rootfs/printed')));
		expect(at.oci('start', 'c')).toMatchObject({status: 1, log: 'cannot start an already running container'});
		expect(at.oci('delete', 'c')).toMatchObject({
			status: 1,
			log: 'cannot delete container c that is not stopped: running',
		});
		expect(JSON.parse(at.oci('ps', '--format', 'json', 'c').out)).toContain(Number(pid));
		expect(JSON.parse(at.oci('list', '--format=json').out)).toMatchObject([{id: 'c', status: 'running'}]);
		expect(at.oci('pause', 'c').status).toBe(0);
		expect(at.status('c')).toBe('paused');
		expect(at.oci('resume', 'c').status).toBe(0);
		expect(at.status('c')).toBe('running');
		expect(JSON.parse(at.oci('events', '--stats', 'c').out)).toMatchObject({type: 'stats', id: 'c'});
		expect(at.oci('kill', 'c', '9').status).toBe(0);
		await until('it has ended', () => at.status('c') === 'stopped');
		expect(at.oci('kill', 'c', '9')).toMatchObject({status: 1, log: 'container not running'});
		expect(at.oci('start', 'c')).toMatchObject({status: 1, log: 'cannot start a container that has stopped'});
		expect(at.oci('delete', 'c').status).toBe(0);
		expect(at.left()).toEqual([]);
		expect(at.oci('delete', '--force', 'c')).toMatchObject({status: 0, log: undefined});
		expect(at.oci('delete', 'c')).toMatchObject({status: 1, log: 'container does not exist'});
	});

	test('of two starts at once one lets go', () => {
		create();
		const both = at.oci('start', 'c').status === 0 ? at.oci('start', 'c').status : 0;
		expect(both).toBe(1);
	});

	test('run waits for the end, and has its status', () => {
		const folder = at.bundle(configOf(at, 'echo ran; exit 7'));
		expect(at.oci('run', '--bundle', folder, 'c')).toMatchObject({status: 7, out: 'ran\n'});
		expect(at.left()).toEqual([]);
	});

	test('exec runs what a file or the command line says', () => {
		create();
		at.oci('start', 'c');
		expect(at.oci('exec', '--env', 'A=b', 'c', 'sh', '-c', 'echo $A; exit 3')).toMatchObject({status: 3, out: 'b\n'});
		const process = {
			...configOf(at, 'id -u > /who').process,
			user: {uid: 0, gid: 0, additionalGids: [7]},
			rlimits: [{type: 'RLIMIT_NOFILE', soft: 77, hard: 77}],
			args: ['sh', '-c', 'id -G > /who; ulimit -n >> /who; sleep 1000'],
		};
		writeFileSync(join(at.folder, 'process.json'), JSON.stringify(process));
		const words = ['--process', join(at.folder, 'process.json'), '--detach', '--pid-file', join(at.folder, 'pid2')];
		expect(at.oci('exec', ...words, 'c').status).toBe(0);
		const pid = readFileSync(join(at.folder, 'pid2'), 'utf8');
		expect(readFileSync(`/proc/${pid}/limits`, 'utf8')).toMatch(/Max open files +77 /);
		expect(at.oci('exec', 'c', 'nothing')).toMatchObject({
			status: 255,
			log: 'exec: "nothing": executable file not found in $PATH',
		});
		at.oci('delete', '--force', 'c');
		expect(at.oci('exec', 'c', 'true')).toMatchObject({status: 255, log: 'container does not exist'});
		expect(existsSync(`/proc/${pid}`)).toBe(false);
	});

	test('update writes limits, and what is zero stays', () => {
		create(forever, {}, {resources: {memory: {limit: 100_000_000}, cpu: {shares: 0}}});
		writeFileSync(
			join(at.folder, 'r.json'),
			JSON.stringify({memory: {limit: 67_108_864, swap: 0}, cpu: {quota: 50_000}}),
		);
		expect(at.oci('update', '--resources', join(at.folder, 'r.json'), 'c').status).toBe(0);
		const cgroup = /'(\/sys\/fs\/cgroup\/memory\/[^'\n]*)/.exec(
			readFileSync(join(at.folder, 'root/c/oci.sh'), 'utf8'),
		)?.[1];
		expect(readFileSync(`${cgroup}/memory.limit_in_bytes`, 'utf8')).toBe('67108864\n');
		expect(at.oci('update', '--pids-limit', '20', 'c').status).toBe(0);
	});

	test('the terminal goes to the socket', async () => {
		const socket = join(at.folder, 'socket');
		const server = createServer(each => each.destroy()).listen(socket);
		await new Promise(resolve => server.once('listening', resolve));
		const config = configOf(at, 'tty > /printed; sleep 1000');
		const folder = at.bundle({...config, process: {...config.process, terminal: true}});
		expect(at.oci('create', '--bundle', folder, 'c').log).toContain('cannot allocate tty');
		expect(at.oci('create', '--bundle', folder, '--console-socket', join(at.folder, 'gone'), 'c')).toMatchObject({
			status: 1,
			log: expect.stringContaining('No such file or directory') as string,
		});
		expect(at.left()).toEqual([]);
		expect(at.oci('create', '--bundle', folder, '--console-socket', socket, 'c')).toMatchObject({status: 0});
		server.close();
	});
});
