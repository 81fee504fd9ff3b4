import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, afterEach, beforeAll, describe, expect, test} from 'vitest';
import {containerdOf, type DockerEngine, dockerWithTsbox, fileOfDocs, pasted, runtime} from './runtime-engines.ts';
import {has, type Machine, machine} from './engines.ts';
import {until} from './until.ts';

/* Docker and containerd with tsbox as their runtime. Each test says what Docker says, whatever its runtime. */

describe.runIf(has('dockerd', 'ctr', 'docker'))('Docker', () => {
	let place: Machine;
	let docker: DockerEngine;
	beforeAll(async () => {
		place = await machine();
		docker = await dockerWithTsbox(place);
	});
	afterAll(async () => {
		await docker?.[Symbol.asyncDispose]();
		await place?.[Symbol.asyncDispose]();
	});
	afterEach(() => docker.clear());
	const run = (...words: readonly string[]) => docker.run(['run', '--rm', ...words]);
	const inside = (script: string, ...options: readonly string[]) => run(...options, 'bb', 'sh', '-c', script);

	test('a command has its output, its input and its exit status', () => {
		expect(run('bb', 'echo', 'hello')).toEqual({status: 0, out: 'hello\n', err: ''});
		expect(docker.run(['run', '--rm', '-i', 'bb', 'cat'], 'typed\n').out).toBe('typed\n');
		expect(inside('echo oops >&2; exit 3')).toMatchObject({status: 3, err: 'oops\n'});
		expect(docker.containers()).toEqual([]);
	});

	test('the first commands of docs/engines.md', () => {
		expect(JSON.parse(fileOfDocs('daemon.json'))).toEqual({runtimes: {tsbox: {path: '/usr/local/bin/tsbox-runtime'}}});
		const said = place.out('sh', '-ec', `docker() { command ${docker.line} "$@"; }\n${pasted('docker')}`);
		expect(said).toMatch(/^hello\n[0-9a-f]{64}\n$/);
		expect(docker.run(['top', 'web']).out).toContain('httpd -f');
	});

	test('a command that is not there is 127, and one that cannot be executed 126', () => {
		expect(run('bb', 'nothing')).toMatchObject({status: 127, err: expect.stringContaining('"nothing"') as string});
		expect(run('bb', '/etc/passwd')).toMatchObject({status: 126});
		expect(run('-v', '/nowhere/at/all:/x', '--mount', 'type=bind,source=/gone,target=/y', 'bb', 'true').status).toBe(
			125,
		);
		expect(docker.containers()).toEqual([]);
	});

	test('a detached container is entered, looked at, paused, changed and stopped', async () => {
		docker.run(['run', '-d', '--name', 'c1', 'bb', 'sh', '-c', 'echo started; exec sleep 1000']);
		expect(
			docker.run(['exec', '-u', '1000', '-w', '/tmp', '-e', 'A=b', 'c1', 'sh', '-c', 'id -u; pwd; echo $A; exit 4']),
		).toEqual({
			status: 4,
			out: '1000\n/tmp\nb\n',
			err: '',
		});
		const missing = docker.run(['exec', 'c1', 'nothing']);
		expect(missing.out + missing.err).toContain('executable file not found');
		await until('its output is there', () => docker.run(['logs', 'c1']).out === 'started\n');
		expect(docker.run(['top', 'c1']).out).toContain('sleep 1000');
		expect(docker.run(['stats', '--no-stream', '--format', '{{.PIDs}}', 'c1']).out).toBe('1\n');
		const state = () => docker.run(['inspect', '-f', '{{.State.Status}}', 'c1']).out;
		docker.run(['pause', 'c1']);
		expect(state()).toBe('paused\n');
		docker.run(['unpause', 'c1']);
		expect(state()).toBe('running\n');
		expect(docker.run(['update', '-m', '64m', '--memory-swap', '64m', 'c1']).status).toBe(0);
		expect(docker.run(['exec', 'c1', 'cat', '/sys/fs/cgroup/memory/memory.limit_in_bytes']).out).toBe('67108864\n');
		docker.run(['stop', '-t', '0', 'c1']);
		expect(state()).toBe('exited\n');
		docker.run(['start', 'c1']);
		docker.run(['restart', '-t', '0', 'c1']);
		expect(state()).toBe('running\n');
		docker.run(['kill', 'c1']);
		expect(docker.run(['wait', 'c1']).out).toBe('137\n');
		docker.run(['rm', 'c1']);
		expect(docker.containers()).toEqual([]);
	});

	test('tsbox shows the container of Docker, with its plan and its drift', () => {
		const id = docker.run(['run', '-d', '--name', 'seen', 'bb', 'sleep', '1000']).out.trim();
		const name = `docker-${id.slice(0, 12)}`;
		expect(JSON.parse(docker.tsbox('ps', '--json').out)).toMatchObject([
			{name, state: 'running', engine: {kind: 'docker', id}},
		]);
		expect(docker.tsbox('drift', name).out).toMatch(/^all \d+ checks agree\n$/);
		expect(docker.tsbox('exec', name, 'echo', 'inside').out).toBe('inside\n');
		expect(JSON.parse(docker.tsbox('inspect', name).out)).toMatchObject({config: {process: {args: ['sleep', '1000']}}});
		expect(docker.tsbox('plan', '--explain', name).out).toContain(`why    `);
		expect(docker.tsbox('plan', '--json', name).out).toContain('"rootfs.folders"');
		const hints = {logs: 'logs', stop: 'stop', down: 'rm -f', attach: 'attach', pause: 'pause', unpause: 'unpause'};
		for (const [verb, hint] of Object.entries({...hints, kill: 'kill --signal SIGKILL', commit: 'commit'}))
			expect(docker.tsbox(verb, name)).toMatchObject({
				status: 125,
				err: expect.stringContaining(`\`docker ${hint} ${id.slice(0, 12)}\``) as string,
			});
		expect(docker.tsbox('rename', name, 'other').err).toContain('is a container of docker');
		expect(docker.tsbox('update', '--memory', '64m', name).err).toContain('is a container of docker');
		expect(docker.tsbox('gc').status).toBe(0);
		docker.run(['exec', 'seen', 'umount', '/sys']);
		docker.run(['rm', '-f', 'seen']);
		expect(docker.containers()).toEqual([]);
	});

	test('terminals are those of the container', async () => {
		const {onTerminal} = await import('./on-terminal.ts');
		const at = {folder: place.folder} as Parameters<typeof onTerminal>[0];
		docker.run(['run', '-d', '--name', 'term', 'bb', 'sleep', '1000']);
		const run_ = onTerminal(at, `stty rows 33 cols 77; ${docker.line} run --rm -it bb sh`);
		await run_.shows('#');
		run_.type('tty; test -c /dev/console && echo console\n');
		await run_.shows(/\/dev\/pts\/0[^]*console\r\n/);
		run_.type('exit 5\n');
		expect(await run_.ended).toBe(5);
		const entered = onTerminal(at, `stty rows 33 cols 77; ${docker.line} exec -it term sh`);
		await entered.shows('#');
		entered.type('stty size; tty\n');
		await entered.shows(/33 77\r\n\/dev\/pts\/0/);
		entered.type('exit 6\n');
		expect(await entered.ended).toBe(6);
		docker.run(['rm', '-f', 'term']);
	});

	test('privileges are what the options say', () => {
		const caps = (...options: readonly string[]) =>
			/CapEff:\t(\w+)/.exec(inside('cat /proc/self/status', ...options).out)?.[1];
		expect(caps()).toBe('00000000a80425fb');
		expect(caps('--cap-drop', 'ALL', '--cap-add', 'NET_ADMIN')).toBe('0000000000001000');
		expect(caps('--privileged')).toMatch(/^0000003f|^000001f/);
		expect(inside('grep -E "NoNew|Seccomp:" /proc/self/status').out).toBe('NoNewPrivs:\t0\nSeccomp:\t2\n');
		expect(
			inside(
				'grep -E "NoNew|Seccomp:" /proc/self/status',
				'--security-opt=no-new-privileges',
				'--security-opt=seccomp=unconfined',
			).out,
		).toBe('NoNewPrivs:\t1\nSeccomp:\t0\n');
		expect(inside('id -u; echo $HOME; echo ok > /dev/stdout', '-u', '1000').out).toBe('1000\n/home/app\nok\n');
		expect(inside('mkdir /m; mount -t tmpfs x /m && echo mounted', '--privileged').out).toBe('mounted\n');
		expect(inside('mkdir /m; mount -t tmpfs x /m').status).not.toBe(0);
	});

	test('files are what the options say', () => {
		const folder = join(place.folder, 'volume');
		mkdirSync(folder);
		writeFileSync(join(folder, 'file'), 'bound\n');
		expect(inside('cat /a/b/file; touch /a/b/x', '-v', `${folder}:/a/b:ro`)).toMatchObject({out: 'bound\n', status: 1});
		expect(run('-v', `${join(folder, 'file')}:/deep/er/file`, 'bb', 'cat', '/deep/er/file').out).toBe('bound\n');
		expect(inside('touch /n/x && echo named', '-v', 'named:/n').out).toBe('named\n');
		expect(inside('touch /dev/shm/x; touch /x', '--read-only')).toMatchObject({status: 1});
		expect(inside('grep " /t " /proc/mounts', '--tmpfs', '/t:size=1m,mode=700').out).toContain('size=1024k,mode=700');
		expect(inside('ls -la /dev/xloop; ls /dev', '--device', '/dev/loop0:/dev/xloop:r').out).toMatch(/^b.* 7, +0 /);
		expect(inside('ls /dev | wc -l; ls -d /dev/.box', '-v', '/dev:/dev').err).toContain('No such file');
		expect(inside('pwd', '-w', '/not/there').out).toBe('/not/there\n');
		expect(docker.containers()).toEqual([]);
	});

	test('limits are written, and a process over its memory is killed', () => {
		const read = ['memory/memory.limit_in_bytes', 'pids/pids.max', 'cpu/cpu.cfs_quota_us', 'cpuset/cpuset.cpus'];
		expect(
			inside(
				`cd /sys/fs/cgroup; cat ${read.join(' ')}`,
				'-m',
				'64m',
				'--cpus',
				'0.5',
				'--pids-limit',
				'50',
				'--cpuset-cpus',
				'0',
			).out,
		).toBe('67108864\n50\n50000\n0\n');
		expect(inside('ulimit -n; ulimit -Hn', '--ulimit', 'nofile=100:200').out).toBe('100\n200\n');
		expect(inside('cat /proc/sys/net/ipv4/ip_forward', '--sysctl', 'net.ipv4.ip_forward=1').out).toBe('1\n');
		docker.run(['run', '--name', 'big', '-m', '20m', 'bb', 'sh', '-c', 'dd if=/dev/zero of=/dev/shm/x bs=1M count=60']);
		expect(docker.run(['inspect', '-f', '{{.State.OOMKilled}} {{.State.ExitCode}}', 'big']).out).toBe('true 137\n');
		docker.run(['rm', 'big']);
	});

	test('networks and namespaces are those of Docker', async () => {
		const page = 'mkdir /w; echo page > /w/index.html; exec httpd -f -p 80 -h /w';
		docker.run(['network', 'create', 'named']);
		docker.run([
			'run',
			'-d',
			'--name',
			'web',
			'--network',
			'named',
			'-p',
			'18199:80',
			'--ipc',
			'shareable',
			'bb',
			'sh',
			'-c',
			page,
		]);
		await until('the port is open', () => inside('wget -qO- http://web/', '--network', 'named').out === 'page\n');
		expect(place.out('curl', '-sS', '-m', '5', 'http://localhost:18199/')).toBe('page\n');
		const joined = ['network', 'pid', 'ipc'].flatMap(kind => [`--${kind}`, 'container:web']);
		expect(inside('wget -qO- http://127.0.0.1/; ps', ...joined).out).toMatch(/^page\n[^]*httpd/);
		expect(inside('hostname; grep -c . /etc/hosts', '--hostname', 'named-host', '--add-host', 'x:1.2.3.4').out).toMatch(
			/^named-host\n\d+\n$/,
		);
		expect(inside('ls /sys/fs/cgroup/memory | grep -c memory.limit', '--cgroupns', 'private').out).toBe('1\n');
		expect(run('--network', 'host', '--pid', 'host', 'bb', 'sh', '-c', 'test -e /proc/2/comm').status).toBe(0);
		docker.run(['rm', '-f', 'web']);
		docker.run(['network', 'rm', 'named']);
	});

	test('an init, a health check and a restart policy do their work', async () => {
		expect(inside('cat /proc/1/comm', '--init').out).toBe('docker-init\n');
		docker.run([
			'run',
			'-d',
			'--name',
			'well',
			'--health-cmd',
			'true',
			'--health-interval',
			'1s',
			'bb',
			'sleep',
			'1000',
		]);
		docker.run(['run', '-d', '--name', 'again', '--restart', 'on-failure:2', 'bb', 'false']);
		const field = (name: string, of: string) => docker.run(['inspect', '-f', `{{${of}}}`, name]).out.trim();
		await until('it is healthy', () => field('well', '.State.Health.Status') === 'healthy');
		await until('it was started again', () => field('again', '.RestartCount') === '2');
		docker.run(['rm', '-f', 'well', 'again']);
		await until('nothing is left', () => docker.containers().length === 0);
	});

	test('containerd runs, enters, pauses and kills', async () => {
		const ctr = (...words: readonly string[]) => {
			try {
				return place.out('ctr', '-a', containerdOf(place), '-n', 'lab', ...words);
			} catch (error) {
				// A command that was killed has a status of its own.
				return String((error as {stdout?: unknown}).stdout);
			}
		};
		const root = join(place.folder, 'rootfs');
		mkdirSync(root);
		const {busyboxFixture} = await import('../../fixtures/busybox.ts');
		place.out('tar', '-xf', await busyboxFixture(), '-C', root);
		const with_ = ['--runc-binary', runtime, '--rootfs', root];
		expect(ctr('run', '--rm', ...with_, 't1', '/bin/echo', 'from containerd')).toBe('from containerd\n');
		ctr('run', '-d', ...with_, 't2', '/bin/sleep', '1000');
		expect(ctr('task', 'exec', '--exec-id', 'e', 't2', '/bin/echo', 'entered')).toBe('entered\n');
		ctr('task', 'pause', 't2');
		expect(ctr('task', 'ls')).toContain('PAUSED');
		ctr('task', 'resume', 't2');
		ctr('task', 'kill', '-s', '9', 't2');
		await until('it has ended', () => ctr('task', 'ls').includes('STOPPED'));
		ctr('task', 'rm', 't2');
		ctr('c', 'rm', 't2');
	});
});
