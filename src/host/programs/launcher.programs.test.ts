import {openSync, closeSync} from 'node:fs';
import {arch} from 'node:os';
import {text} from 'node:stream/consumers';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {launcherProgram} from '../../step/calls/executor.ts';
import {type Launcher, openLauncher} from './launcher.ts';
import {identify, isRunning} from './process.ts';
import {realHost} from './real-host.ts';
import {openPipe} from './stdio.ts';

const host = realHost();
const perl = '/usr/bin/perl';
const program = launcherProgram(arch() === 'arm64' ? 'aarch64' : 'x86_64');

let launcher: Launcher;
beforeEach(() => (launcher = openLauncher(host, perl, program)));
afterEach(() => launcher.close());

/** Starts a shell with pipes as its streams. */
async function sh(script: string, ...args: readonly string[]) {
	const set = await launcher.pipes(['read', 'write', 'write']);
	const [input, output, errors] = await Promise.all(
		set.paths.map((path, at) => openPipe(path, at === 0 ? 'write' : 'read')),
	);
	errors?.resume();
	const out = output === undefined ? Promise.resolve('') : text(output);
	// It may print before its start is told here.
	const spoke = new Promise<void>(resolve => output?.once('data', () => resolve()));
	const started = await set.start({words: ['/bin/sh', '-c', script, 'sh', ...args]});
	return {...started, input, spoke, text: out};
}

test('a program gets its exact words, its pipes, and none of our variables', async () => {
	const {
		ended,
		input,
		text: out,
	} = await sh('printf "<%s>" "$@"; env | grep -v -e ^PWD= -e ^_= | sort; pwd; cat', 'a b', '', 'ü\n%25\t$x');
	input?.end('typed');
	expect(await ended).toEqual({exitCode: 0, signal: undefined, startError: undefined});
	expect(await out).toBe('<a b><><ü\n%25\t$x>LC_ALL=C\nPATH=/usr/sbin:/usr/bin:/sbin:/bin\n/\ntyped');
});

test('a program has no other open descriptors, and its own session', async () => {
	const leak = openSync('/etc/passwd', 'r');
	const other = await launcher.pipes(['read']);
	const {ended, text: out, pid} = await sh('ls /proc/$$/fd; cut -d " " -f 1,6 /proc/$$/stat');
	await ended;
	closeSync(leak);
	other.drop();
	expect((await out).replaceAll(/\s+/g, ' ')).toBe(`0 1 2 ${pid} ${pid} `);
});

test('distinguishes an exit status from a signal', async () => {
	const ends = await Promise.all(
		['exit 137', 'exit 9', 'kill -9 $$', 'kill -SEGV $$', 'kill -ABRT $$'].map(async script => {
			const {exitCode, signal} = await (await sh(script)).ended;
			return signal ?? exitCode;
		}),
	);
	expect(ends).toEqual([137, 9, 'SIGKILL', 'SIGSEGV', 'SIGABRT']);
});

test('reports why a program could not be executed, and has nothing left then', async () => {
	const {ended} = await (await launcher.pipes([])).start({words: ['/no/such/tool']});
	expect(await ended).toMatchObject({exitCode: 127, startError: {message: 'No such file or directory'}});
	expect(launcher.isBusy).toBe(false);
});

test('keeps many concurrent programs apart', async () => {
	const codes = Array.from({length: 40}, (_, at) => at);
	const ends = await Promise.all(codes.map(async code => (await (await sh(`exit ${code}`)).ended).exitCode));
	expect(ends).toEqual(codes);
});

test('rows run in a fork, whose child is the one that counts', async () => {
	const set = await launcher.pipes(['read', 'write', 'write', 'write', 'read']);
	const rows = [['fork'], ['gate', '/bin/sh', '-c', 'echo $PPID >&3; kill -TERM $$']];
	const [, , , status] = await Promise.all(
		set.paths.map((path, at) => openPipe(path, [0, 4].includes(at) ? 'write' : 'read')),
	);
	const said = status === undefined ? Promise.resolve('') : text(status);
	const {ended, pid} = await set.start({rows: rows.map(row => `${row.join('\t')}\n`).join('')});
	expect(await ended).toMatchObject({signal: 'SIGTERM'});
	expect(host.readText(`/proc/${(await said).trim()}/cmdline`)).toContain('perl');
	expect(isRunning(host, identify(host, pid) ?? {pid, startTime: ''})).toBe(false);
});

test('what it started ends with it, however it ends, and new programs are refused', async () => {
	const {ended, pid, spoke, text: out} = await sh('read -r line < /proc/$PPID/stat; echo "$line"; sleep 1000');
	await spoke;
	const started = identify(host, pid) ?? {pid, startTime: ''};
	host.kill(Number(/^PPid:\s+(\d+)/m.exec(host.readText(`/proc/${pid}/status`) ?? '')?.[1]), 'SIGKILL');
	expect(await ended).toMatchObject({startError: {message: 'the launcher has ended'}});
	while (isRunning(host, started)) await new Promise(resolve => setTimeout(resolve, 5));
	expect(launcher.isOver).toBe(true);
	await expect(launcher.pipes([])).rejects.toThrow('the launcher has ended');
	void out;
});

test('a request that comes in pieces is one request', async () => {
	const {ended, text: out} = await sh('echo ${#1}', 'x'.repeat(100_000));
	expect(await ended).toMatchObject({exitCode: 0});
	expect(await out).toBe('100000\n');
});

test('reports a launcher that cannot be started', async () => {
	await expect(openLauncher(host, '/no/such/perl', program).pipes([])).rejects.toThrow('ENOENT');
});
