import {spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, mkdirSync, openSync, readFileSync, rmdirSync, writeFileSync} from 'node:fs';
import {basename, join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {configOf, createIn, forever, type RuntimeBox, runtimeBox} from './runtime-box.ts';
import {until} from './until.ts';

/* What the verbs print and take, as callers of runc expect it. */

let at: RuntimeBox;
beforeEach(async () => {
	at = await runtimeBox();
});
afterEach(() => {
	at[Symbol.dispose]();
});

const runDetached = (changes: object = {}, linux: object = {}, script = forever) =>
	at.oci('run', '--detach', '--bundle', at.bundle(configOf(at, script, changes, linux)), 'c');
/** A file of the container's control group. */
const cgroupFile = (file: string): string =>
	`/sys/fs/cgroup/${file.split('.')[0]}/tsbox/${basename(at.folder)}/${file}`;
const limit = (file: string): string => readFileSync(cgroupFile(file), 'utf8').trim();

describe('run', () => {
	test('--detach returns when the command runs, each time', async () => {
		for (let round = 0; round < 5; round += 1) {
			expect(runDetached()).toMatchObject({status: 0, log: undefined});
			expect(at.status('c')).toBe('running');
			expect(at.oci('delete', '--force', 'c').status).toBe(0);
		}
		expect(at.left()).toEqual([]);
	});

	test('--keep leaves a stopped container with its control groups', () => {
		const folder = at.bundle(configOf(at, 'exit 3'));
		expect(at.oci('run', '--keep', '--bundle', folder, 'c').status).toBe(3);
		expect(at.status('c')).toBe('stopped');
		expect(existsSync(cgroupFile('pids.max'))).toBe(true);
		expect(at.oci('delete', 'c').status).toBe(0);
		expect(at.left()).toEqual([]);
	});

	test('an interpreter that is not there is a file that is not there', () => {
		writeFileSync(join(at.folder, 'rootfs/run.sh'), '#!/not/there x\n', {mode: 0o755});
		const {process} = configOf(at, '');
		const folder = at.bundle(configOf(at, '', {process: {...process, args: ['/run.sh']}}));
		const said = at.oci('run', '--bundle', folder, 'c');
		expect(said.log).toContain('exec /run.sh: no such file or directory');
		expect(said.err.trim().split('\n')).toHaveLength(1);
		expect(at.left()).toEqual([]);
	});

	test('an empty HOME is that of the user', () => {
		const {process} = configOf(at, '');
		for (const home of [[], ['HOME='], ['HOME=/x', 'HOME=']]) {
			const args = ['sh', '-c', 'echo $HOME'];
			const folder = at.bundle(configOf(at, '', {process: {...process, args, env: [...process.env, ...home]}}));
			expect(at.oci('run', '--bundle', folder, 'c').out).toBe('/root\n');
		}
	});
});

describe('options of crun', () => {
	test('--config names another file of the bundle', () => {
		const folder = at.bundle('no JSON');
		mkdirSync(join(folder, 'other'));
		const {process, ...config} = configOf(at, '');
		const args = ['echo', 'hello'];
		writeFileSync(join(folder, 'other/c.json'), JSON.stringify({...config, process: {...process, args}}));
		const words = ['--cgroup-manager', 'cgroupfs', 'run', '--bundle', folder, '--config'];
		expect(at.oci(...words, 'other/c.json', 'c')).toMatchObject({status: 0, out: 'hello\n'});
		expect(at.oci(...words, 'gone.json', 'c').log).toContain('file gone.json not found');
		expect(at.left()).toEqual([]);
	});

	test('--cgroup-manager systemd is --systemd-cgroup', () => {
		const folder = at.bundle(configOf(at, 'exit 0'));
		const said = (...words: readonly string[]) => at.oci(...words, 'create', '--bundle', folder, 'c').log;
		expect(said('--cgroup-manager=systemd')).toBe(said('--systemd-cgroup'));
		expect(said('--cgroup-manager', 'other')).toContain('invalid cgroup-manager option');
	});

	test('delete --regex removes all whose id matches', () => {
		const folder = at.bundle(configOf(at, forever, {}, {cgroupsPath: undefined}));
		for (const id of ['test-1', 'test-2', 'other']) expect(at.oci('create', '--bundle', folder, id).status).toBe(0);
		expect(at.oci('delete', '--regex', '(').log).toContain('is no regular expression');
		expect(at.oci('delete', '--force', '--regex', '^test-*')).toMatchObject({status: 0, log: undefined});
		expect(at.oci('list', '-q').out).toBe('other\n');
	});

	test('the folder of a container has a file status', () => {
		createIn(at);
		const status = JSON.parse(readFileSync(join(at.folder, 'root/c/status'), 'utf8')) as Record<string, unknown>;
		expect(status).toMatchObject({bundle: join(at.folder, 'bundle'), pid: expect.any(Number) as number});
		const streams = ['/dev/null', join(at.folder, 'out'), join(at.folder, 'err')];
		expect(JSON.parse(String(status['external_descriptors']))).toEqual(streams);
	});
});

describe('what is printed', () => {
	test('list, ps and state', () => {
		runDetached();
		const [heading, row] = at.oci('list').out.split('\n');
		expect(heading).toMatch(/^ID +PID +STATUS +BUNDLE +CREATED +OWNER$/);
		expect(row).toMatch(/^c +\d+ +running +\S+ +\S+Z +root$/);
		expect(at.oci('list', '-q').out).toBe('c\n');
		expect(at.oci('list', '--format', 'xml').log).toContain('invalid format option');
		const {pid} = JSON.parse(at.oci('state', 'c').out) as {pid: number};
		expect(at.oci('ps', 'c').out).toMatch(new RegExp(`^UID +PID .*\nroot +${pid} `));
		expect(at.oci('ps', 'c', '-e', '-x').out).toMatch(new RegExp(`^ +PID +TTY .*\n *${pid} `));
		expect(at.oci('ps', 'c', '-o', 'comm').log).toContain("couldn't find PID field");
		expect(at.oci('ps', '-f', 'json', 'c').out).toContain(`[${pid}`);
	});

	test('events end with the container', async () => {
		runDetached();
		const file = join(at.folder, 'events');
		const [program = '', ...words] = at.command;
		const events = spawn(program, [...words, 'events', '--interval', '100ms', 'c'], {
			stdio: ['ignore', openSync(file, 'w'), 'inherit'],
		});
		const ended = once(events, 'exit');
		const text = (): string => readFileSync(file, 'utf8');
		await until('there are two', () => text().split('\n').length > 2);
		expect(text()).toMatch(/^\{"type":"stats","id":"c","data":\{/);
		at.oci('delete', '--force', 'c');
		expect(await ended).toEqual([0, null]);
		expect(at.oci('events', '--interval', '0s', 'c').log).toContain('must be greater than 0');
	});

	test('a kill for lack of memory is an event', async () => {
		runDetached({}, {resources: {memory: {limit: 32 << 20, swap: 32 << 20}}});
		const file = join(at.folder, 'events');
		const [program = '', ...words] = at.command;
		const events = spawn(program, [...words, 'events', '--interval', '100ms', 'c'], {
			stdio: ['ignore', openSync(file, 'w'), 'inherit'],
		});
		const ended = once(events, 'exit');
		await until('it counts', () => readFileSync(file, 'utf8') !== '');
		at.oci('exec', 'c', 'sh', '-c', 'x=$(dd if=/dev/zero bs=1M count=64 | tr "\\0" x)');
		await until('the event', () => readFileSync(file, 'utf8').includes('{"type":"oom","id":"c"}'));
		at.oci('delete', '--force', 'c');
		expect(await ended).toEqual([0, null]);
	});
});

test('update takes each limit, also after the id, and leaves the others', () => {
	runDetached(
		{},
		{
			resources: {
				memory: {limit: 33_554_432, reservation: 25_165_824},
				cpu: {shares: 100, quota: 500_000, period: 1_000_000},
				pids: {limit: 20},
			},
		},
	);
	const update = (...words: readonly string[]): void => {
		expect([words, at.oci('update', 'c', ...words)]).toMatchObject([words, {status: 0, log: undefined}]);
	};
	const rows: readonly (readonly [words: string, ...values: readonly (readonly [file: string, value: string])[]])[] = [
		['--memory 50M', ['memory.limit_in_bytes', '52428800'], ['memory.soft_limit_in_bytes', '25165824']],
		['--memory-reservation 32M', ['memory.soft_limit_in_bytes', '33554432']],
		['--memory-swap 100M', ['memory.memsw.limit_in_bytes', '104857600']],
		[
			'--memory -1',
			['memory.limit_in_bytes', '9223372036854771712'],
			['memory.memsw.limit_in_bytes', '9223372036854771712'],
		],
		['--memory 30M --memory-swap 50M', ['memory.memsw.limit_in_bytes', '52428800']],
		['--cpu-period 900000', ['cpu.cfs_period_us', '900000'], ['cpu.cfs_quota_us', '500000']],
		['--cpu-quota 600000', ['cpu.cfs_period_us', '900000'], ['cpu.cfs_quota_us', '600000']],
		['--cpu-quota -1', ['cpu.cfs_quota_us', '-1']],
		['--cpu-share 200', ['cpu.shares', '200']],
		['--cpuset-cpus 0', ['cpuset.cpus', '0']],
		['--pids-limit 10', ['pids.max', '10']],
		['--pids-limit -1', ['pids.max', 'max']],
	];
	for (const [words, ...values] of rows) {
		update(...words.split(' '));
		expect([words, ...values.map(([file]) => limit(file))]).toEqual([words, ...values.map(([, value]) => value)]);
	}
	expect(at.oci('update', 'c', '--kernel-memory', '50M')).toMatchObject({
		status: 0,
		log: expect.stringContaining('--kernel-memory has no effect') as string,
	});
	expect(at.oci('update', 'c', '--l3-cache-schema', 'L3:0=f').log).toContain('not supported');
});

test('a period without a quota is written', () => {
	expect(createIn(at, forever, {}, {resources: {cpu: {period: 50_000}}})).toMatchObject({status: 0});
	expect([limit('cpu.cfs_period_us'), limit('cpu.cfs_quota_us')]).toEqual(['50000', '-1']);
});

test('exec --cgroup enters a group that is there, below that of the container', () => {
	runDetached();
	const below = `${cgroupFile('memory.').replace(/\/memory\.$/, '')}/below`;
	mkdirSync(below);
	const groups = (...words: readonly string[]) => at.oci('exec', ...words, 'c', 'cat', '/proc/self/cgroup');
	expect(groups('--cgroup', 'memory:below').out).toMatch(/:memory:\/tsbox\/[^/]+\/below\n/);
	expect(groups('--cgroup', '/').out).not.toContain('below');
	expect(groups('--cgroup', '..')).toMatchObject({
		status: 255,
		log: 'bad sub cgroup path: .. is not a sub cgroup path',
	});
	expect(groups('--cgroup', 'gone').log).toMatch(/ adding pid .*: no such file or directory/);
	at.oci('kill', 'c', '9');
	rmdirSync(below);
});

test('--debug logs each step', () => {
	const folder = at.bundle(configOf(at, 'exit 0'));
	at.oci('--debug', 'run', '--bundle', folder, 'c');
	const lines = readFileSync(join(at.folder, 'log.json'), 'utf8').trim().split('\n');
	expect(lines.map(line => JSON.parse(line) as {level: string; msg: string})).toContainEqual(
		expect.objectContaining({level: 'debug', msg: 'step mounts.after'}),
	);
});

test('--debug without a log writes to the standard error, in the words that callers of runc wait for', () => {
	const folder = at.bundle(configOf(at, forever));
	const [program = '', ...words] = at.command;
	const debugged = (...verb: readonly string[]): string => {
		const err = openSync(join(at.folder, 'debug'), 'w');
		spawnSync(program, [...words, '--debug', ...verb], {stdio: ['ignore', 'ignore', err]});
		return readFileSync(join(at.folder, 'debug'), 'utf8');
	};
	const created = debugged('run', '--detach', '--bundle', folder, 'c');
	const entered = debugged('exec', 'c', 'true');
	for (const said of [created, entered]) {
		expect(said).toMatch(/^time="\S+" level=debug msg="nsexec container setup: /m);
		expect(said).toContain('child process in init()');
	}
	expect(created).toContain('init: closing the pipe to signal completion');
	expect(entered).toContain('setns_init: about to exec');
});

test('commands without a terminal of their own, one after the other and at once, from a terminal', async () => {
	runDetached();
	const line = [...at.command, 'exec', 'c', 'sh', '-c', "'sleep 0.2; echo said'"].join(' ');
	const said = (): Promise<string> =>
		new Promise(done => {
			const child = spawn('script', ['-qec', line, '/dev/null'], {stdio: ['ignore', 'pipe', 'inherit']});
			let text = '';
			child.stdout.setEncoding('utf8').on('data', (more: string) => (text += more));
			child.once('close', () => done(text.replaceAll(/[\r\0]/g, '')));
		});
	expect(await Promise.all([said(), said(), said()])).toEqual(['said\n', 'said\n', 'said\n']);
	expect(await said()).toBe('said\n');
});

test('a configuration without cgroupsPath gets a control group with the name of its id', () => {
	const {linux, ...config} = configOf(at, forever);
	const {cgroupsPath: _, ...rest} = linux;
	const id = basename(at.folder);
	expect(at.oci('run', '--detach', '--bundle', at.bundle({...config, linux: rest}), id).status).toBe(0);
	expect(existsSync(`/sys/fs/cgroup/pids/tsbox-oci/${id}/pids.max`)).toBe(true);
	expect(at.oci('delete', '--force', id).status).toBe(0);
	expect(existsSync(`/sys/fs/cgroup/pids/tsbox-oci/${id}`)).toBe(false);
});

test('the process of exec and the resources of update may come from a pipe that a shell names', () => {
	runDetached();
	const shell = (line: string) =>
		spawnSync('bash', ['-c', line, 'bash', ...at.command], {encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe']});
	const process = JSON.stringify({args: ['/bin/echo', 'piped'], cwd: '/'});
	expect(shell(`"$@" exec --process <(sleep 0.1; echo '${process}') c`)).toMatchObject({status: 0, stdout: 'piped\n'});
	expect(shell(`"$@" update --resources <(echo '{"pids": {"limit": 77}}') c`)).toMatchObject({status: 0});
	expect(limit('pids.max')).toBe('77');
	expect(shell(`"$@" exec c ls /proc/self/fd 5< <(echo x)`)).toMatchObject({stdout: '0\n1\n2\n3\n'});
});
