import {execFileSync, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {Readable, Writable} from 'node:stream';
import {fileURLToPath} from 'node:url';
import {afterAll, expect, test} from 'vitest';
import {realHost} from './real-host.ts';
import {bundledDriver} from '../../../test/support/driver.ts';

const host = realHost();
const folder = mkdtempSync(join(tmpdir(), 'tsbox-host-'));
afterAll(() => rmSync(folder, {recursive: true}));

test('a program gets an empty environment, the root folder, and no input', async () => {
	const result = await host.run(['/bin/sh', '-c', 'env | sort; pwd; cat; echo bad >&2; exit 3']);
	expect(result).toMatchInlineSnapshot(`
		{
		  "command": "/bin/sh -c 'env | sort; pwd; cat; echo bad >&2; exit 3'",
		  "exitCode": 3,
		  "signal": undefined,
		  "stderr": "bad
		",
		  "stdout": "LC_ALL=C
		PATH=/usr/sbin:/usr/bin:/sbin:/bin
		PWD=/
		/
		",
		}
	`);
});

test('a program reads its input', async () => {
	expect((await host.run(['/bin/cat'], {input: 'hello'})).stdout).toBe('hello');
});

test('reports why a program cannot be started', async () => {
	expect(await host.run(['/nonexistent'])).toMatchObject({
		exitCode: undefined,
		signal: undefined,
		stderr: 'spawn /nonexistent ENOENT',
	});
});

test('keeps the end of a long output', async () => {
	const {stdout} = await host.run(['/bin/sh', '-c', 'head -c 5000000 /dev/zero | tr "\\0" a; printf end']);
	expect(stdout).toHaveLength(1024 * 1024);
	expect(stdout.endsWith('aend')).toBe(true);
});

test('a timeout also kills grandchildren, which would hold the pipes open', async () => {
	const {signal, stdout} = await host.run(['/bin/sh', '-c', 'sleep 1000 & echo $!; wait'], {timeoutMs: 200});
	expect(signal).toBe('SIGKILL');
	expect(host.readText(`/proc/${stdout.trim()}/status`) ?? 'Z (zombie)').toMatch(/Z \(zombie\)/);
});

test('an abort kills a program, and an earlier abort keeps it from starting', async () => {
	const early = AbortSignal.abort(new Error('no longer wanted'));
	await expect(host.run(['/bin/true'], {signal: early})).rejects.toThrow('no longer wanted');
	const {signal} = await host.run(['/bin/sleep', '1000'], {signal: AbortSignal.timeout(100)});
	expect(signal).toBe('SIGKILL');
});

test('a started program leads its own session and has pipes at their numbers', async () => {
	const script = 'read pid name state parent group session rest < /proc/self/stat; echo $$ $session >&3; exit 4';
	const program = host.start(['/bin/sh', '-c', script], {stdio: ['ignore', 'ignore', 'ignore', 'pipe']});
	let said = '';
	program.pipes[3]?.on('data', (chunk: Buffer) => {
		said += chunk.toString();
	});
	const closed = new Promise(resolve => program.pipes[3]?.once('close', resolve));
	expect(await program.ended).toEqual({exitCode: 4, signal: undefined, startError: undefined});
	await closed;
	expect(said).toBe(`${program.pid} ${program.pid}\n`);
});

test('a failed start has no pid that could be signaled', async () => {
	const program = host.start(['/nonexistent'], {stdio: ['ignore', 'ignore', 'ignore']});
	expect(program.pid).toBe(0);
	expect((await program.ended).startError).toMatchObject({code: 'ENOENT'});
	for (const pid of [0, 1, -1, Number.NaN, 1.5]) expect(host.kill(pid, 'SIGKILL')).toBe(false);
});

test('fifty leaked descriptors do not reach a program', () => {
	const numbers = Array.from({length: 50}, (_, n) => n + 40);
	const leak = `${numbers.map(n => `exec ${n}</`).join('\n')}\nexec "$@"`;
	const driver = bundledDriver(fileURLToPath(new URL('../../../test/facts/list-descriptors.ts', import.meta.url)));
	const run = (how: string) =>
		spawnSync('/bin/bash', ['-c', leak, 'bash', process.execPath, driver, how], {encoding: 'utf8'})
			.stdout.trim()
			.split('\n');
	const covered = run('covered').filter(target => target !== '/dev/null');
	expect(covered).toEqual([expect.stringMatching(/^(pipe|socket):/)]);
	expect(run('closed')).toHaveLength(3);
	// Without tsbox they do reach it; otherwise this test would prove nothing.
	expect(run('plain').filter(target => target === '/').length).toBeGreaterThanOrEqual(50);
});

test('an error about a kernel file has its path and errno', () => {
	const path = '/proc/sys/kernel/osrelease';
	expect(() => host.writeKernelFile(`${folder}/absent`, '1')).toThrow(
		expect.objectContaining({code: 'ENOENT', path: `${folder}/absent`}),
	);
	expect(() => host.writeKernelFile('/proc/self/oom_score_adj', '5000')).toThrow(
		expect.objectContaining({
			code: 'EINVAL',
			path: '/proc/self/oom_score_adj',
			message: expect.stringContaining('oom_score_adj'),
		}),
	);
	expect(() => host.writeKernelFile(path, 'x')).toThrow(expect.objectContaining({path}));
});

test('an atomic write replaces a symlink, not its target', () => {
	writeFileSync(join(folder, 'precious'), 'old');
	symlinkSync('precious', join(folder, 'record'));
	host.writeAtomic(join(folder, 'record'), 'new', 0o640);
	expect(readFileSync(join(folder, 'precious'), 'utf8')).toBe('old');
	expect(host.lstat(join(folder, 'record'))).toMatchObject({kind: 'file', size: 3, mode: 0o100640});
	expect(host.list(folder)).toEqual(['precious', 'record']);
});

test('appends text and does not follow a symlink', () => {
	host.append(join(folder, 'journal'), 'a\n');
	host.append(join(folder, 'journal'), 'b\n');
	expect(host.readText(join(folder, 'journal'))).toBe('a\nb\n');
	symlinkSync('journal', join(folder, 'link'));
	expect(() => host.append(join(folder, 'link'), 'c')).toThrow(expect.objectContaining({code: 'ELOOP'}));
});

test('the mounts of a zombie are missing, not an error', async () => {
	// A shell may wait for a child that ends before the shell becomes sleep(1), which waits for none.
	const parent = host.start(['/bin/sh', '-c', 'exec 3<&0; read -r end <&3 & echo $!; exec sleep 1000'], {
		stdio: ['pipe', 'pipe', 'ignore'],
	});
	const [text] = (await once(parent.pipes[1] as Readable, 'data')) as [Buffer];
	const path = `/proc/${text.toString().trim()}`;
	while (host.readText(`/proc/${parent.pid}/comm`) !== 'sleep\n') await new Promise(setImmediate);
	(parent.pipes[0] as Writable).end();
	while (host.readText(`${path}/stat`)?.split(') ')[1]?.startsWith('Z') !== true) await new Promise(setImmediate);
	expect(host.readText(`${path}/mountinfo`)).toBeUndefined();
	host.kill(parent.pid, 'SIGKILL');
	await parent.ended;
});

test('reads a FIFO in place of a file without waiting for a writer', async () => {
	const path = join(folder, 'pipe');
	execFileSync('mkfifo', [path]);
	expect(host.readText(path)).toBe('');
	expect(() => host.readBytes(path, 0, 1)).toThrow(expect.objectContaining({code: 'ESPIPE'}));
});

test('a missing path is undefined, false, or empty, and no error', async () => {
	const absent = join(folder, 'precious', 'below');
	expect([host.readText(absent), host.lstat(absent), host.stat(absent), host.realpath(absent)]).toEqual(
		Array(4).fill(undefined),
	);
	expect([await host.rmdir(join(folder, 'absent')), host.list(absent), host.readBytes(absent, 0, 1)]).toEqual([
		false,
		[],
		undefined,
	]);
});

test.each(['removeTree', 'removeTreeGently'] as const)(
	'%s removes trees of any depth, names, and modes, and follows no symlinks',
	async remove => {
		const tree = join(folder, 'tree');
		mkdirSync(tree);
		// Deeper than a path can be long.
		const deep = 'd/'.repeat(1000);
		const made = spawnSync('/bin/sh', ['-c', `mkdir -p ${deep} && cd ${deep} && mkdir -p ${deep}`], {cwd: tree});
		expect(made.status).toBe(0);
		spawnSync('/bin/bash', ['-c', "touch $'\\xff\\xfe' $'new\\nline'; mkfifo pipe; ln -s / host"], {cwd: tree});
		mkdirSync(join(tree, 'closed'));
		writeFileSync(join(tree, 'closed', 'file'), '');
		chmodSync(join(tree, 'closed'), 0);
		await host[remove](tree);
		expect(host.lstat(tree)).toBeUndefined();
		expect(host.lstat('/etc')?.kind).toBe('directory');
		await host[remove](tree);
	},
);

test('other work continues while a large tree is removed', async () => {
	const tree = join(folder, 'tree');
	mkdirSync(tree);
	for (let at = 0; at < 2000; at += 1) mkdirSync(join(tree, String(at)));
	const left: number[] = [];
	let isOver = false;
	const look = (): void => {
		left.push(host.list(tree).length);
		if (!isOver) setImmediate(look);
	};
	setImmediate(look);
	await host.removeTreeGently(tree);
	isOver = true;
	expect(left.filter(count => count > 0 && count < 2000)).not.toEqual([]);
	expect(host.lstat(tree)).toBeUndefined();
});

test('creates a folder with its parents, accepts an existing one, and reports one that cannot be created', () => {
	const path = join(folder, 'one/two/three');
	host.mkdirs(path, 0o700);
	host.mkdirs(path, 0o700);
	expect(host.lstat(path)?.kind).toBe('directory');
	expect(host.lstat(join(folder, 'one'))?.mode).toBe(0o40700);
	writeFileSync(join(path, 'file'), '');
	expect(() => host.mkdirs(join(path, 'file'), 0o700)).toThrow('EEXIST');
	expect(() => host.mkdirs(join(path, 'file/x/y'), 0o700)).toThrow('ENOTDIR');
	symlinkSync('nowhere', join(path, 'dangling'));
	expect(() => host.mkdirs(join(path, 'dangling/x'), 0o700)).toThrow('EEXIST');
	// Node's own implementation never returns from this call.
	expect(() => host.mkdirs('/proc/tsbox/state', 0o700)).toThrow('ENOENT');
});
