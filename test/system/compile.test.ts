import {existsSync, readFileSync} from 'node:fs';
import {afterEach, describe, expect, test} from 'vitest';
import {list} from '../../src/container/observe/list.ts';
import {gc} from '../../src/container/recover/gc.ts';
import {type Compiled, compiled, start} from './compiled-script.ts';
import {until} from './until.ts';

const root = process.getuid?.() === 0;
const made: Compiled[] = [];

afterEach(async () => {
	for (const box of made.splice(0, made.length)) {
		await gc(box.machine, () => {});
		box.remove();
	}
});

const interpreters = [['/bin/dash'], ['/bin/bash', '--posix'], ['/bin/busybox', 'sh']].filter(([program = '']) =>
	existsSync(program),
);

/** What a command can see of the container it is in; numbers that the kernel counts up are left out. */
const dump = `command:
  - sh
  - -c
  - |
    hostname; id; pwd; env | sort; ulimit -a
    grep -E '^(Cap|NoNewPrivs|Uid|Gid|Groups)' /proc/self/status
    cut -d' ' -f4- /proc/self/mountinfo
    cut -d: -f2- /proc/self/cgroup
    echo /proc/self/fd/*
    cat /proc/net/dev | cut -d: -f1; ls -a / /dev; all=$$(ps); echo "$$all" | wc -l
`;

describe.runIf(root).each(['calls', 'commands'] as const)('a compiled script of %s', executor => {
	/** A compiled spec that the test's end looks after. */
	async function container(spec: string): Promise<Compiled> {
		const box = await compiled(`compile-${process.pid}-${made.length}`, spec, {executor});
		made.push(box);
		return box;
	}

	test.each(interpreters)(
		'makes with %s %s the container that tsbox up makes, and leaves nothing',
		async (...words) => {
			const box = await container(
				`${dump}environment: {A: 'it''s', B: "two words"}\nworking_dir: /tmp\nread_only: true\n`,
			);
			const script = await box.start(words.filter(word => word !== undefined)).ended;
			expect(script.stderr).toBe('');
			expect(script.status).toBe(0);
			expect(box.leftovers()).toEqual([]);
			const engine = await box.up();
			expect(script.stdout).toContain('NoNewPrivs:\t1');
			expect(script.stdout).toBe(engine.stdout);
		},
	);

	test('limits, a user by name, volumes and sysctls are as tsbox up makes them', async () => {
		const box = await container(
			`${dump}user: app\ngroup_add: [staff]\nmem_limit: 64m\npids_limit: 20\ncpus: 0.5\nulimits: {nofile: 100}\noom_score_adj: 100\ntmpfs: [/scratch]\nsysctls: {net.ipv4.ip_unprivileged_port_start: 80}\nvolumes: ['/usr/share:/data:ro']\n`,
		);
		const script = await box.start().ended;
		expect(script.stderr).toBe('');
		expect(script.stdout).toContain('uid=1000(app) gid=1000(app) groups=50(staff),1000(app)');
		expect(script.stdout).toContain('HOME=/home/app');
		expect(script.stdout).toBe((await box.up()).stdout);
		expect(box.leftovers()).toEqual([]);
	});

	test('lesson 1, a root folder and nothing else, runs without a namespace', async () => {
		const box = await container(
			'root: chroot\nnamespaces: []\ncommand: [sh, -c, "ls /; hostname; readlink /proc/self/ns/mnt"]\n',
		);
		const script = await box.start().ended;
		expect(script.stderr).toBe('');
		expect(script.stdout).toBe((await box.up()).stdout);
		expect(box.leftovers()).toEqual([]);
	});

	test.each([
		['its own', '[sh, -c, "exit 3"]', 3, ''],
		['127 for a command that is not there', '[nothing]', 127, 'nothing is not in the container'],
		['126 for a file that is no program', '[/etc/passwd]', 126, '/etc/passwd cannot be executed'],
	])('ends with the status %s', async (_, command, status, message) => {
		const box = await container(`command: ${command}\n`);
		const script = await box.start().ended;
		expect(script.status).toBe(status);
		expect(script.stderr).toContain(message);
		expect(box.leftovers()).toEqual([]);
	});

	test('ends with 137 and says why when the kernel kills the command for its memory limit', async () => {
		const box = await container('mem_limit: 16m\nmemswap_limit: 16m\ncommand: [tail, /dev/zero]\n');
		const script = await box.start().ended;
		expect(script.stderr).toBe('warning: the kernel killed it for its memory limit\n');
		expect(script.status).toBe(137);
		expect(box.leftovers()).toEqual([]);
	});

	test('hands stdin and stdout through, byte for byte', async () => {
		const box = await container('command: [cat]\n');
		const bytes = 'line\n\0\x7fno newline'.repeat(10_000);
		expect((await box.start(['/bin/sh'], bytes).ended).stdout).toBe(bytes);
	});

	const patient = 'command: [sh, -c, "trap \'echo bye; exit 7\' TERM; echo up; while :; do sleep 0.05; done"]\n';
	const deaf =
		'stop_grace_period: 60s\ncommand: [sh, -c, "trap \'echo no\' TERM; echo up; while :; do sleep 0.05; done"]\n';

	test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('on %s stops the container in its own way', async signal => {
		const box = await container(patient);
		const script = box.start();
		await until('the command ran', () => script.seen() === 'up\n');
		script.child.kill(signal);
		expect(await script.ended).toEqual({status: 7, signal: null, stdout: 'up\nbye\n', stderr: ''});
		expect(box.leftovers()).toEqual([]);
	});

	test.each(interpreters)(
		'kills with %s %s a container that does not stop, when it is asked again',
		async (...words) => {
			const box = await container(deaf);
			const script = box.start(words.filter(word => word !== undefined));
			await until('the command ran', () => script.seen() === 'up\n');
			script.child.kill('SIGINT');
			await until('it was asked to stop', () => script.seen() === 'up\nno\n');
			script.child.kill('SIGINT');
			expect(await script.ended).toMatchObject({status: 137, stderr: ''});
			expect(box.leftovers()).toEqual([]);
		},
	);

	test('kills a container that does not stop after its grace period', async () => {
		const box = await container(deaf.replace('60s', '200ms'));
		const script = box.start();
		await until('the command ran', () => script.seen() === 'up\n');
		script.child.kill('SIGTERM');
		expect(await script.ended).toMatchObject({status: 137, stdout: 'up\nno\n'});
		expect(box.leftovers()).toEqual([]);
	});

	test('is seen by tsbox ps while it runs', async () => {
		const box = await container(patient);
		const script = box.start();
		const listed = (): Promise<readonly {readonly name: string; readonly state: string}[]> =>
			Promise.resolve(list(box.machine));
		await until('the command ran', () => script.seen() === 'up\n');
		await until('the record was written', () =>
			readFileSync(`${box.machine.dirs.state}/containers/${box.name}/record.json`, 'utf8').includes('namespaceIds'),
		);
		expect(await listed()).toMatchObject([{name: box.name, state: 'running'}]);
		expect((await gc(box.machine, () => {})).removed).toEqual([]);
		script.child.kill('SIGTERM');
		expect((await script.ended).status).toBe(7);
		expect(await listed()).toEqual([]);
	});

	test.runIf(existsSync('/bin/bash'))('hands in no open descriptor of the caller, and no words for perl', async () => {
		const box = await container('command: [sh, -c, "echo /proc/self/fd/*"]\n');
		const careless = 'export PERL5OPT=-Mno_such_module; exec 12< /etc; exec /bin/sh "$0"';
		const script = await box.start(['/bin/bash', '--norc', '-c', careless]).ended;
		expect(script).toMatchObject({status: 0, stderr: ''});
		expect(script.stdout).toMatch(/^\/proc\/self\/fd\/0 [^]*\/2\b/);
		expect(script.stdout).not.toContain('/12');
		expect(box.leftovers()).toEqual([]);
	});

	test('refuses a name that is in use', async () => {
		const box = await container(patient);
		const script = box.start();
		await until('the command ran', () => script.seen() === 'up\n');
		const second = await box.start().ended;
		expect(second.status).toBe(125);
		expect(second.stderr).toBe(
			`error: there is a container named ${box.name} already\n` +
				`  cause    process ${script.child.pid}, which started it, is there\n` +
				`  hint     stop and remove it: tsbox down ${box.name}\n`,
		);
		script.child.kill('SIGTERM');
		expect((await script.ended).status).toBe(7);
		expect(box.leftovers()).toEqual([]);
	});

	test.each([
		['tsbox gc', async (box: Compiled) => void (await gc(box.machine, () => {}))],
		['the script itself', runAgain],
	])('that was killed leaves nothing after %s', async (_, collect) => {
		const box = await container(patient);
		const script = box.start();
		await until('the command ran', () => script.seen() === 'up\n');
		script.child.kill('SIGKILL');
		await until('it was dead', () => script.child.signalCode !== null);
		expect(box.leftovers()).not.toEqual([]);
		await collect(box);
		await until('everything was gone', () => box.leftovers().length === 0);
	});

	async function runAgain(box: Compiled): Promise<void> {
		const script = box.start();
		await until('the command ran', () => script.seen() === 'up\n');
		script.child.kill('SIGTERM');
		expect((await script.ended).status).toBe(7);
	}

	test('takes everything back when a step fails, and names the step', async () => {
		const box = await container("volumes: ['/usr/share:/bin/ls']\ncommand: [ls]\n");
		const script = await box.start().ended;
		expect(script.status).toBe(125);
		expect(script.stderr).toContain('error: could not make the missing mount points');
		expect(script.stderr).toContain('/bin/ls is a symlink');
		expect(box.leftovers()).toEqual([]);
	});

	test('finds a mount that is not as planned before the command starts', async () => {
		const box = await container('command: [echo, started]\n');
		const {writeFileSync} = await import('node:fs');
		// 10 is MS_NOSUID | MS_NOEXEC.
		const unsafe = box.script
			.replace(/^devpts \/dev\/pts devpts nosuid,/m, 'devpts /dev/pts devpts ')
			.replace('mount\tdevpts\t/dev/pts\tdevpts\t10\t', 'mount\tdevpts\t/dev/pts\tdevpts\t8\t');
		writeFileSync(box.path, unsafe);
		const script = await box.start().ended;
		expect(script.status).toBe(125);
		expect(script.stdout).toBe('');
		expect(script.stderr).toContain('error: /dev/pts is mounted without nosuid');
		expect(box.leftovers()).toEqual([]);
	});

	test.runIf(existsSync('/usr/bin/script'))('on a terminal gives the command one of its own', async () => {
		const box = await container(
			'command: [sh, -c, "test -t 0 && test -t 1 && echo terminal; readlink /proc/self/fd/0"]\n',
		);
		const outer = await start(['/usr/bin/script', '-qec', `tty; exec /bin/sh ${box.path}`, '/dev/null'], null, {
			PATH: '/usr/bin:/bin',
			SHELL: '/bin/sh',
		}).ended;
		const [callers, terminal, own] = outer.stdout.split('\r\n');
		expect(callers).toMatch(/^\/dev\/pts\/\d+$/);
		expect(terminal).toBe('terminal');
		expect(own).toMatch(/^\/dev\/pts\/\d+$/);
		expect(own).not.toBe(callers);
		expect(outer.status).toBe(0);
		expect(box.leftovers()).toEqual([]);
	});

	test('a terminal that is only its output is reached through a pipe', async () => {
		const box = await container('command: [sh, -c, "test -t 1 || echo no terminal"]\n');
		const outer = await start(['/usr/bin/script', '-qec', `exec /bin/sh ${box.path} </dev/null`, '/dev/null'], null, {
			PATH: '/usr/bin:/bin',
			SHELL: '/bin/sh',
		}).ended;
		expect(outer.stdout).toBe('no terminal\r\n');
		expect(outer.status).toBe(0);
		expect(box.leftovers()).toEqual([]);
	});
});
