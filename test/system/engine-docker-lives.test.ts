import {readdirSync, readFileSync} from 'node:fs';
import {afterAll, afterEach, beforeAll, describe, expect, test} from 'vitest';
import {has, type Machine, machine} from './engines.ts';
import {parents} from './leftovers.ts';
import {type DockerEngine, dockerWithTsbox} from './runtime-engines.ts';
import {until} from './until.ts';

/* Containers of Docker that outlive their process, their shim, or their daemon. */

/** A container whose only process never ends by itself. */
const forever = ['bb', 'sleep', '1000'];

describe.runIf(has('dockerd', 'docker')).each([
	{kind: 'a daemon that ends its containers', config: {}},
	{kind: 'a daemon with live-restore', config: {'live-restore': true}},
])('Docker, $kind', ({config}) => {
	const staysAlive = 'live-restore' in config;
	let place: Machine;
	let docker: DockerEngine;
	beforeAll(async () => {
		place = await machine();
		docker = await dockerWithTsbox(place, config);
	});
	afterAll(async () => {
		await docker?.[Symbol.asyncDispose]();
		await place?.[Symbol.asyncDispose]();
	});
	afterEach(() => {
		docker.clear();
		const left = shims();
		if (left.length > 0) throw new Error(`left: the shims ${left.join(', ')}`);
	});

	const start = (name: string, ...options: readonly string[]) =>
		docker.run(['run', '-d', '--name', name, '--stop-signal', 'KILL', ...options, ...forever]).out.trim();
	const field = (name: string, of: string) => docker.run(['inspect', '-f', `{{${of}}}`, name]).out.trim();
	const pidOf = (name: string) => Number(field(name, '.State.Pid'));
	const isRunning = (name: string) => field(name, '.State.Running') === 'true';
	const isAlive = (pid: number) => parents().has(pid);
	/** The shims of this Docker's containerd. */
	const shims = () =>
		readdirSync('/proc').filter(pid => {
			try {
				const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
				return words.includes('containerd-shim') && words.includes(place.folder);
			} catch {
				return false;
			}
		});
	/** `PID STATE` of each container that tsbox knows. */
	const known = () => {
		const rows = JSON.parse(docker.tsbox('ps', '-a', '--json').out) as readonly {pid: number; state: string}[];
		return rows.map(({pid, state}) => `${pid} ${state}`).toSorted();
	};

	test('a container whose process was killed is started again, if its policy says so', async () => {
		start('again', '--restart', 'always');
		start('once');
		const [again, once] = [pidOf('again'), pidOf('once')];
		for (const pid of [again, once]) process.kill(pid, 'SIGKILL');
		await until('it was started again', () => isRunning('again') && pidOf('again') !== again);
		await until('the other one has ended', () => field('once', '.State.ExitCode') === '137');
		expect(field('again', '.RestartCount')).toBe('1');
		expect(known()).toEqual([`${pidOf('again')} running`]);
		docker.run(['stop', '-t', '0', 'again']);
		expect(isRunning('again')).toBe(false);
	});

	test('a daemon that was killed finds its containers, and none is there twice', async () => {
		start('again', '--restart', 'always');
		start('once');
		const before = [pidOf('again'), pidOf('once')];
		const running = (pids: readonly number[]) => pids.map(pid => `${pid} running`).toSorted();
		await docker.crash();
		expect(known()).toEqual(running(before));
		await docker.start();
		await until('it runs', () => isRunning('again'));
		const after = isRunning('once') ? [pidOf('again'), pidOf('once')] : [pidOf('again')];
		expect(before.map(isAlive)).toEqual([staysAlive, staysAlive]);
		expect(after).toHaveLength(staysAlive ? 2 : 1);
		await until('tsbox has no others', () => known().length === after.length);
		expect(known()).toEqual(running(after));
		expect(docker.run(['exec', 'again', 'echo', 'entered']).out).toBe('entered\n');
		expect(docker.run(['kill', 'again']).status).toBe(0);
	});

	test.each(['running', 'paused'])('a %s container whose shim was killed ends, and leaves nothing', async state => {
		start('lost');
		if (state === 'paused') docker.run(['pause', 'lost']);
		const pid = pidOf('lost');
		const [shim] = shims();
		process.kill(Number(shim), 'SIGKILL');
		await until('Docker notices', () => !isRunning('lost'));
		expect(docker.run(['rm', '-f', 'lost']).status).toBe(0);
		expect(isAlive(pid)).toBe(false);
	});
});
