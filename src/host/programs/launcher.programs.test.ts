import {closeSync, mkdtempSync, openSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test} from 'vitest';
import type {Launcher} from './launcher.ts';
import {openLauncher} from './launcher.ts';
import {realHost} from './real-host.ts';

const host = realHost();
const perl = '/usr/bin/perl';

let folder: string;
let launcher: Launcher;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'tsbox-launcher-'));
	launcher = openLauncher(host, perl);
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
		.start(
			['/bin/sh', '-c', script, 'sh', ...args],
			[
				{fd: input, use: 'read'},
				{fd: output, use: 'write'},
				{fd: output, use: 'write'},
			],
		)
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
	const {ended} = await launcher.start(['/no/such/tool'], []);
	expect(await ended).toMatchObject({exitCode: 127, startError: {message: 'No such file or directory'}});
	await expect(launcher.start(['/bin/true'], [{fd: 9999, use: 'read'}])).rejects.toThrow('No such file or directory');
});

test('reports why a program could not be executed, however many descriptors it gets', async () => {
	const path = join(folder, 'output');
	const output = openSync(path, 'w');
	const ends = Array.from({length: 5}, () => ({fd: output, use: 'write'}) as const);
	const {ended} = await launcher.start(['/no/such/tool'], ends).finally(() => closeSync(output));
	expect(await ended).toMatchObject({exitCode: 127, startError: {message: 'No such file or directory'}});
	expect(readFileSync(path, 'utf8')).toBe('');
});

test('keeps many concurrent programs apart', async () => {
	const codes = Array.from({length: 40}, (_, at) => at);
	const ends = await Promise.all(codes.map(async code => (await (await sh(`exit ${code}`)).ended).exitCode));
	expect(ends).toEqual(codes);
});

test('after the launcher is killed, running programs continue, their ends are reported, and new ones are refused', async () => {
	const {ended, pid, text} = await sh(
		'read -r line < /proc/$PPID/stat; echo "$line"; echo going; kill -STOP $$; exit 5',
	);
	while (!text().includes('going')) await new Promise(resolve => setTimeout(resolve, 5));
	// The program's parent waits for it and is a child of the launcher.
	const launcherPid = Number(text().split(') ')[1]?.split(' ')[1]);
	host.kill(launcherPid, 'SIGKILL');
	while (!launcher.isOver) await new Promise(resolve => setTimeout(resolve, 5));
	await expect(sh('exit 0')).rejects.toThrow('the launcher has ended');
	while (readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.[0] !== 'T')
		await new Promise(resolve => setTimeout(resolve, 5));
	host.kill(pid, 'SIGCONT');
	expect(await ended).toMatchObject({exitCode: 5});
});

test('reports a launcher that cannot be started', async () => {
	const none = openLauncher(host, '/no/such/perl');
	await expect(none.start(['/bin/true'], [])).rejects.toThrow('ENOENT');
});
