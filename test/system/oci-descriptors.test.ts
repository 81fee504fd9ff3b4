import {spawnSync} from 'node:child_process';
import {closeSync, openSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {configOf, forever, type RuntimeBox, runtimeBox} from './runtime-box.ts';
import {until} from './until.ts';

/* Descriptors of the caller that a command is to have: --preserve-fds, and sockets to listen on. */

let at: RuntimeBox;
let opened: number[] = [];
beforeEach(async () => {
	at = await runtimeBox();
});
afterEach(() => {
	for (const fd of opened) closeSync(fd);
	opened = [];
	at[Symbol.dispose]();
});

/** Files with their names as content, opened. */
function files(count: number): readonly number[] {
	return Array.from({length: count}, (_, each) => {
		const path = join(at.folder, `file${each}`);
		writeFileSync(path, `file${each}\n`);
		const fd = openSync(path, 'r');
		opened.push(fd);
		return fd;
	});
}

/** Calls a verb with these descriptors from 3 on. */
function call(given: readonly number[], words: readonly string[], env: Readonly<Record<string, string>> = {}) {
	const [out, err] = ['out', 'err'].map(name => openSync(join(at.folder, name), 'w'));
	const stdio = ['ignore', out ?? 1, err ?? 2, ...given] as const;
	const {status} = spawnSync(at.command[0] ?? '', [...at.command.slice(1), ...words], {
		stdio: [...stdio],
		env,
		timeout: 60_000,
	});
	for (const fd of [out, err]) if (fd !== undefined) closeSync(fd);
	return {
		status,
		out: readFileSync(join(at.folder, 'out'), 'utf8'),
		err: readFileSync(join(at.folder, 'err'), 'utf8'),
	};
}

/** Prints what each descriptor from 3 on has, and how many are open: the last of them is that of the listing. */
const reads = 'for each in 3 4 5; do cat <&$each; done 2>/dev/null; ls /proc/self/fd | wc -l';
const user = {uid: 1000, gid: 1000};

test('a command that is no root has them, and no other', () => {
	const config = configOf(at, reads);
	const folder = at.bundle({...config, process: {...config.process, user, noNewPrivileges: true}});
	const said = call(files(3), ['run', '--preserve-fds', '3', '--bundle', folder, 'c']);
	expect(said).toMatchObject({status: 0, out: 'file0\nfile1\nfile2\n7\n'});
	// Without the option none is passed on.
	expect(call(files(3), ['run', '--bundle', folder, 'c'])).toMatchObject({status: 0, out: '4\n'});
});

test('those of create wait for start, and there may be more than ten', async () => {
	const script = `{ ${reads}; cat /proc/self/fd/14; } > /printed 2>&1`;
	const folder = at.bundle(configOf(at, script));
	expect(call(files(12), ['create', '--preserve-fds=12', '--bundle', folder, 'c'])).toMatchObject({status: 0});
	for (const fd of opened) closeSync(fd);
	opened = [];
	expect(at.oci('start', 'c').status).toBe(0);
	await until('it has ended', () => at.status('c') === 'stopped');
	expect(at.printed()).toBe('file0\nfile1\nfile2\n16\nfile11\n');
});

test('exec has its own, in front and detached', async () => {
	at.oci('create', '--bundle', at.bundle(configOf(at, forever)), 'c');
	at.oci('start', 'c');
	const words = ['exec', '--preserve-fds', '2', 'c', 'sh', '-c', reads];
	expect(call(files(2), words)).toMatchObject({status: 0, out: 'file0\nfile1\n6\n'});
	const detached = ['exec', '--detach', '--preserve-fds', '1', 'c', 'sh', '-c', 'cat <&3 > /told; echo >> /told'];
	expect(call(files(1), detached).status).toBe(0);
	await until('it has told', () => {
		const {out} = at.oci('exec', 'c', 'cat', '/told');
		return out === 'file0\n\n';
	});
});

test('one that was not given is an error, and nothing is made', () => {
	const folder = at.bundle(configOf(at, forever));
	const said = call([], ['create', '--preserve-fds', '1', '--bundle', folder, 'c']);
	expect(said).toMatchObject({status: 1, err: expect.stringContaining('preserved-fd 0 (of 1)') as string});
	expect(call([], ['create', '--preserve-fds', 'many', '--bundle', folder, 'c']).err).toContain('--preserve-fds');
	expect(at.left()).toEqual([]);
});

test('of more than there are, those that are there are passed on, with a warning', () => {
	const folder = at.bundle(configOf(at, reads));
	const log = join(at.folder, 'log');
	const said = call(files(2), ['--log', log, 'run', '--preserve-fds', '100', '--bundle', folder, 'c']);
	expect(said).toMatchObject({status: 0, out: 'file0\nfile1\n6\n'});
	expect(readFileSync(log, 'utf8')).toContain('level=warning msg="unable to stat preserved-fd 2 (of 100)');
});

test('sockets to listen on come first, and the command is told', () => {
	const folder = at.bundle(configOf(at, 'echo $LISTEN_FDS $LISTEN_PID; cat <&3; cat <&4'));
	const words = ['run', '--preserve-fds', '1', '--bundle', folder, 'c'];
	expect(call(files(2), words, {LISTEN_FDS: '1'}).out).toBe('1 1\nfile0\nfile1\n');
	// They are meant for another process.
	expect(call(files(2), words, {LISTEN_FDS: '1', LISTEN_PID: '1'}).out).toBe('\nfile0\n');
});
