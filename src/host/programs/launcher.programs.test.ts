import {closeSync, mkdtempSync, openSync, readFileSync, rmSync} from 'node:fs';

import {arch, tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test} from 'vitest';
import type {Launcher} from './launcher.ts';
import {openLauncher} from './launcher.ts';
import {identify, isRunning} from './process.ts';
import {realHost} from './real-host.ts';
import {launcherProgram} from '../../step/calls/executor.ts';

const host = realHost();
const perl = '/usr/bin/perl';
const program = launcherProgram(arch() === 'arm64' ? 'aarch64' : 'x86_64');

let folder: string;
let launcher: Launcher;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'tsbox-launcher-'));
	launcher = openLauncher(host, perl, program);
});
afterEach(async () => {
	await launcher.close();
	rmSync(folder, {recursive: true});
});

/** Starts a shell with a file as its output, and returns its end and its output. */
async function sh(script: string, ...args: readonly string[]) {
	const path = join(folder, String(Math.random()));
	const [input, output] = [openSync('/dev/null', 'r'), openSync(path, 'w')];
	const started = await launcher
		.start({words: ['/bin/sh', '-c', script, 'sh', ...args]}, [
			{fd: input, use: 'read'},
			{fd: output, use: 'write'},
			{fd: output, use: 'write'},
		])
		.finally(() => [input, output].forEach(closeSync));
	return {...started, text: () => readFileSync(path, 'utf8')};
}

test('a program gets its exact words, its descriptors, and none of our variables', async () => {
	const {ended, text} = await sh('printf "<%s>" "$@"; env | grep -v -e ^PWD= -e ^_= | sort; pwd', 'a b', '', 'ü\n$x');
	expect(await ended).toEqual({exitCode: 0, signal: undefined, startError: undefined});
	expect(text()).toBe('<a b><><ü\n$x>LC_ALL=C\nPATH=/usr/sbin:/usr/bin:/sbin:/bin\n/\n');
});

test('a program has no other open descriptors, and its own session', async () => {
	const leak = openSync('/etc/passwd', 'r');
	const {ended, text, pid} = await sh('ls /proc/$$/fd; cut -d " " -f 1,6 /proc/$$/stat');
	await ended;
	closeSync(leak);
	expect(text().replaceAll(/\s+/g, ' ')).toBe(`0 1 2 ${pid} ${pid} `);
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

test('reports a missing program and a closed descriptor', async () => {
	const {ended} = await launcher.start({words: ['/no/such/tool']}, []);
	expect(await ended).toMatchObject({exitCode: 127, startError: {message: 'No such file or directory'}});
	await expect(launcher.start({words: ['/bin/true']}, [{fd: 9999, use: 'read'}])).rejects.toThrow(
		'No such file or directory',
	);
});

test('reports why a program could not be executed, however many descriptors it gets', async () => {
	const path = join(folder, 'output');
	const output = openSync(path, 'w');
	const ends = Array.from({length: 5}, () => ({fd: output, use: 'write'}) as const);
	const {ended} = await launcher.start({words: ['/no/such/tool']}, ends).finally(() => closeSync(output));
	expect(await ended).toMatchObject({exitCode: 127, startError: {message: 'No such file or directory'}});
	expect(readFileSync(path, 'utf8')).toBe('');
});

test('keeps many concurrent programs apart', async () => {
	const codes = Array.from({length: 40}, (_, at) => at);
	const ends = await Promise.all(codes.map(async code => (await (await sh(`exit ${code}`)).ended).exitCode));
	expect(ends).toEqual(codes);
});

test('what it started ends with it, however it ends, and new programs are refused', async () => {
	const {ended, pid, text} = await sh('read -r line < /proc/$PPID/stat; echo "$line"; echo going; sleep 1000');
	while (!text().includes('going')) await new Promise(resolve => setTimeout(resolve, 5));
	const started = identify(host, pid) ?? {pid, startTime: ''};
	host.kill(Number(text().split(' ')[0]), 'SIGKILL');
	expect(await ended).toMatchObject({startError: {message: 'the launcher has ended'}});
	while (isRunning(host, started)) await new Promise(resolve => setTimeout(resolve, 5));
	expect(launcher.isOver).toBe(true);
	await expect(sh('exit 0')).rejects.toThrow('the launcher has ended');
});

test('a request that comes in pieces is one request', async () => {
	const {ended, text} = await sh('echo ${#1}', 'x'.repeat(100_000));
	expect(await ended).toMatchObject({exitCode: 0});
	expect(text()).toBe('100000\n');
});

test('reports a launcher that cannot be started', async () => {
	const none = openLauncher(host, '/no/such/perl', program);
	await expect(none.start({words: ['/bin/true']}, [])).rejects.toThrow('ENOENT');
});
