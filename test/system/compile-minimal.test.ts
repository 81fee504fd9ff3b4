import {execFileSync} from 'node:child_process';
import {existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, describe, expect, test} from 'vitest';
import {busyboxFixture} from '../../fixtures/busybox.ts';
import {openMachine} from '../../src/container/machine/open-machine.ts';
import {planContainer} from '../../src/container/plan/plan-container.ts';
import {compileMinimal} from '../../src/container/start/compile-minimal.ts';
import {type Running, start} from './compiled-script.ts';
import {leftovers} from './leftovers.ts';
import {until} from './until.ts';

const root = process.getuid?.() === 0;
const path = '/usr/sbin:/usr/bin:/sbin:/bin';

/** A minimal script in a folder of its own, which is its folder for temporary files too. */
interface Minimal {
	readonly script: string;
	run(interpreter?: readonly string[], input?: string | null): Running;
	/** What is left on the machine besides the files of the test. */
	left(): readonly string[];
}

const folders: string[] = [];

async function minimal(spec: string, rootfs?: string): Promise<Minimal> {
	const folder = mkdtempSync('/tmp/tsbox-compile-minimal-');
	folders.push(folder);
	const name = `minimal-${process.pid}-${folders.length}`;
	const file = join(folder, 'tsbox.yaml');
	writeFileSync(file, `name: ${name}\nrootfs: ${rootfs ?? (await busyboxFixture())}\n${spec}`);
	const machine = await openMachine({store: join(folder, 'store'), state: join(folder, 'state')});
	const script = await compileMinimal(machine, await planContainer(machine, {file, cwd: folder, env: {}}));
	const scriptFile = join(folder, 'minimal.sh');
	writeFileSync(scriptFile, script);
	return {
		script,
		run: (interpreter = ['/bin/sh'], input = '') =>
			start([...interpreter, scriptFile], input, {PATH: path, TMPDIR: folder, SECRET: 'of the caller'}),
		left: () => [
			...leftovers(name, folder),
			...readdirSync(folder).filter(each => !['tsbox.yaml', 'minimal.sh', 'store', 'state'].includes(each)),
		],
	};
}

afterEach(() => {
	for (const folder of folders) rmSync(folder, {recursive: true, force: true});
	folders.length = 0;
});

const interpreters = [['/bin/dash'], ['/bin/bash', '--posix']].filter(([program = '']) => existsSync(program));

const learn = join(import.meta.dirname, '../../config/examples/learn');
const lessons = readdirSync(learn).filter(name => name.endsWith('.yaml'));

const kinds = [
	['an archive with namespaces', '', undefined],
	['an archive with chroot alone', 'root: chroot\nnamespaces: []\n', undefined],
	['an archive with mounts of its own alone', 'namespaces: [mount]\n', undefined],
	['the root of this machine', '', 'host'],
	['a user', 'user: "1000:1000"\n', undefined],
	['limits', 'mem_limit: 64m\npids_limit: 50\n', undefined],
	['a minimal root', '', 'minimal'],
] as const;

describe.runIf(root)('a minimal script', () => {
	test.each(interpreters)('of the root of this machine runs by %s %s', async (...words) => {
		const box = await minimal(
			`hostname: here\nenvironment: {A: "it's", B: 'two words'}\nworking_dir: /usr\ncommand: [sh, -c, 'hostname; pwd; echo "$$A $$B"; echo $$$$; cat; exit 3']\n`,
			'host',
		);
		const ended = await box.run(
			words.filter(word => word !== undefined),
			'input\n',
		).ended;
		expect(ended).toEqual({status: 3, signal: null, stdout: "here\n/usr\nit's two words\n1\ninput\n", stderr: ''});
		expect(box.left()).toEqual([]);
	});

	test('gives the command the environment of the spec alone', async () => {
		const box = await minimal('environment: {A: b}\ncommand: [env]\n');
		const {stdout} = await box.run().ended;
		expect(stdout.split('\n').filter(line => /^(A|HOME|SECRET|work|TMPDIR)=/.test(line))).toEqual([
			'A=b',
			'HOME=/root',
		]);
	});

	test('shows a folder of the host that cannot be written through', async () => {
		const box = await minimal(
			"volumes: ['/usr/share:/data:ro']\ntmpfs: ['/scratch:size=1m']\ncommand: [sh, -c, 'ls /data | head -c 1 | wc -c; touch /data/x; touch /scratch/x && echo scratch']\n",
		);
		const {stdout, stderr} = await box.run().ended;
		expect(stdout).toBe('1\nscratch\n');
		expect(stderr).toContain('Read-only file system');
		expect(existsSync('/usr/share/x')).toBe(false);
		expect(box.left()).toEqual([]);
	});

	test('holds the command to its memory limit', async () => {
		const box = await minimal('mem_limit: 16m\nmemswap_limit: 16m\ncommand: [tail, /dev/zero]\n');
		// unshare(1) of util-linux 2.38 has no status of its own for SIGKILL.
		expect([1, 137]).toContain((await box.run().ended).status);
		expect(box.left()).toEqual([]);
	});

	test('runs the command as its user, in a folder that is made for it', async () => {
		const box = await minimal(
			'user: "1000:1001"\ngroup_add: ["44"]\nworking_dir: /new folder\ncommand: [sh, -c, "id; pwd"]\n',
		);
		const {stdout} = await box.run().ended;
		expect(stdout).toMatch(/^uid=1000\S* gid=1001\S* groups=.*44.*\n\/new folder\n$/);
	});

	test('has a read-only root', async () => {
		const box = await minimal('read_only: true\ncommand: [touch, /x]\n');
		expect((await box.run().ended).stderr).toContain('Read-only file system');
		expect(box.left()).toEqual([]);
	});

	test('takes text of the spec as text', async () => {
		const text = `'"$(id)\`id\` \\ $HOME\nend\n* --help`;
		const box = await minimal(`command: [printf, '%s', ${JSON.stringify(text.replaceAll('$', '$$$$'))}]\n`);
		expect((await box.run().ended).stdout).toBe(text);
	});

	test.each(kinds)('of %s leaves nothing at its end', async (_, spec, rootfs) => {
		const box = await minimal(`${spec}command: [sh, -c, 'sleep 1000 & echo done']\n`, rootfs);
		const {status, stdout} = await box.run().ended;
		expect({status, stdout}).toEqual({status: 0, stdout: 'done\n'});
		expect(box.left()).toEqual([]);
	});

	test.each(
		kinds.flatMap(kind => (['SIGTERM', 'SIGINT', 'SIGHUP'] as const).map(signal => [...kind, signal] as const)),
	)('of %s leaves nothing after a signal in the middle', async (_, spec, rootfs, signal) => {
		const box = await minimal(`${spec}command: [sh, -c, 'sleep 1000 & echo up; sleep 1001']\n`, rootfs);
		const script = box.run();
		await until('the command ran', () => script.seen() === 'up\n');
		script.child.kill(signal);
		expect((await script.ended).status).toBe({SIGHUP: 129, SIGINT: 130, SIGTERM: 143}[signal]);
		expect(box.left()).toEqual([]);
	});

	test.each(lessons)('of %s runs, and leaves nothing', async lesson => {
		const text = readFileSync(join(learn, lesson), 'utf8').replaceAll(/^(?:name|rootfs): .*\n/gm, '');
		const box = await minimal(text.replaceAll('./readonlyfiles', join(learn, 'readonlyfiles')), 'minimal');
		const {status, stdout} = await box.run(['/bin/sh'], 'echo here; exit 3\n').ended;
		expect({status, stdout}).toEqual({status: 3, stdout: 'here\n'});
		expect(box.left()).toEqual([]);
	});

	test.each(kinds.filter(([, spec]) => spec.includes('namespaces') || spec.includes('mem_limit')))(
		'of %s does no harm to another run of it',
		async (_, spec, rootfs) => {
			const box = await minimal(`${spec}command: [sh, -c, 'echo up; read -r line; echo "$$line"']\n`, rootfs);
			const first = box.run(['/bin/sh'], null);
			await until('the command ran', () => first.seen() === 'up\n');
			const second = await box.run().ended;
			expect(second.stderr).toContain('File exists');
			first.child.stdin?.end('on\n');
			expect(await first.ended).toMatchObject({status: 0, stdout: 'up\non\n'});
			expect(box.left()).toEqual([]);
		},
	);

	test('that is stopped while it unpacks leaves nothing', async () => {
		const box = await minimal('command: [echo, up]\n');
		const script = box.run();
		script.child.kill('SIGTERM');
		await script.ended;
		expect(box.left()).toEqual([]);
	});

	test('that fails in the middle leaves nothing', async () => {
		const box = await minimal("volumes: ['/usr/share:/bin/busybox']\ncommand: [ls]\n");
		expect((await box.run().ended).status).not.toBe(0);
		expect(box.left()).toEqual([]);
	});

	test.runIf(existsSync('/usr/bin/shellcheck')).each(kinds)(
		'of %s has no fault for shellcheck',
		async (_, spec, rootfs) => {
			const {script} = await minimal(`${spec}command: [sh, -c, 'echo "$$HOME"']\n`, rootfs);
			expect(execFileSync('/usr/bin/shellcheck', ['-'], {input: script, encoding: 'utf8'})).toBe('');
		},
	);
});
