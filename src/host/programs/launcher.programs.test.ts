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

/** Starts a shell with a file as its output; gives how it ended and what it printed. */
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

test('a program gets its words as they are, its descriptors, and of our variables none', async () => {
	const {ended, text} = await sh('printf "<%s>" "$@"; env | grep -v -e ^PWD= -e ^_= | sort; pwd', 'a b', '', 'ü\n$x');
	expect(await ended).toEqual({exitCode: 0, signal: undefined, startError: undefined});
	expect(text()).toBe('<a b><><ü\n$x>LC_ALL=C\nPATH=/usr/sbin:/usr/bin:/sbin:/bin\n/\n');
});

test('nothing but its own descriptors is open in it, and it is in a session of its own', async () => {
	const leak = openSync('/etc/passwd', 'r');
	const {ended, text, pid} = await sh('ls /proc/$$/fd; cut -d " " -f 1,6 /proc/$$/stat');
	await ended;
	closeSync(leak);
	expect(text().replaceAll(/\s+/g, ' ')).toBe(`0 1 2 ${pid} ${pid} `);
});

test('a status is told from a signal', async () => {
	const ends = await Promise.all(
		['exit 137', 'exit 9', 'kill -9 $$', 'kill -SEGV $$', 'kill -ABRT $$'].map(async script => {
			const {exitCode, signal} = await (await sh(script)).ended;
			return signal ?? exitCode;
		}),
	);
	expect(ends).toEqual([137, 9, 'SIGKILL', 'SIGSEGV', 'SIGABRT']);
});

test('a program that is not there, and a descriptor that is not, are told', async () => {
	const {ended} = await launcher.start(['/no/such/tool'], []);
	expect(await ended).toMatchObject({exitCode: 127, startError: {message: 'No such file or directory'}});
	await expect(launcher.start(['/bin/true'], [{fd: 9999, use: 'read'}])).rejects.toThrow('No such file or directory');
});

test('why a program could not be executed is told, however many descriptors it was to get', async () => {
	const path = join(folder, 'output');
	const output = openSync(path, 'w');
	const ends = Array.from({length: 5}, () => ({fd: output, use: 'write'}) as const);
	const {ended} = await launcher.start(['/no/such/tool'], ends).finally(() => closeSync(output));
	expect(await ended).toMatchObject({exitCode: 127, startError: {message: 'No such file or directory'}});
	expect(readFileSync(path, 'utf8')).toBe('');
});

test('many at once are told apart', async () => {
	const codes = Array.from({length: 40}, (_, at) => at);
	const ends = await Promise.all(codes.map(async code => (await (await sh(`exit ${code}`)).ended).exitCode));
	expect(ends).toEqual(codes);
});

test('when the launcher is killed, what runs goes on and its end is told; nothing more can be started', async () => {
	const {ended, pid, text} = await sh(
		'read -r line < /proc/$PPID/stat; echo "$line"; echo going; kill -STOP $$; exit 5',
	);
	while (!text().includes('going')) await new Promise(resolve => setTimeout(resolve, 5));
	// Its parent waits for it, and is a child of the launcher.
	const launcherPid = Number(text().split(') ')[1]?.split(' ')[1]);
	host.kill(launcherPid, 'SIGKILL');
	while (!launcher.isOver) await new Promise(resolve => setTimeout(resolve, 5));
	await expect(sh('exit 0')).rejects.toThrow('the launcher has ended');
	while (readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.[0] !== 'T')
		await new Promise(resolve => setTimeout(resolve, 5));
	host.kill(pid, 'SIGCONT');
	expect(await ended).toMatchObject({exitCode: 5});
});

test('a launcher that cannot be started says so', async () => {
	const none = openLauncher(host, '/no/such/perl');
	await expect(none.start(['/bin/true'], [])).rejects.toThrow('ENOENT');
});
