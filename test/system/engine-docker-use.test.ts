import {execFileSync} from 'node:child_process';
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, afterEach, beforeAll, describe, expect, test} from 'vitest';
import {has, type Machine, machine} from './engines.ts';
import {onTerminal} from './on-terminal.ts';
import {type DockerEngine, dockerWithTsbox} from './runtime-engines.ts';
import {until} from './until.ts';

/* What people do with containers of Docker that run: terminals, files, many at once. */

describe.runIf(has('dockerd', 'docker'))('Docker', () => {
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

	const typed = (line: string) => onTerminal({folder: place.folder} as Parameters<typeof onTerminal>[0], line);
	/** Asks until the shell has this size: the client tells it when it has begun. */
	const hasSize = async (screen: ReturnType<typeof onTerminal>, size: string, again = () => {}) => {
		await until(`its size is ${size}`, () => {
			again();
			screen.type('stty size\n');
			return screen.shown().includes(`${size}\r\n`);
		});
	};
	/** Gives a terminal another size. The client may not listen yet: it is told again. */
	const resize = async (screen: ReturnType<typeof onTerminal>) => {
		await hasSize(screen, '44 88', () => {
			for (const rows of ['43', '44']) execFileSync('stty', ['-F', screen.terminal(), 'rows', rows, 'cols', '88']);
		});
	};
	const isRunning = (name: string) => docker.run(['inspect', '-f', '{{.State.Running}}', name]).out === 'true\n';
	const [interrupt, detach] = ['\u0003', '\u0010\u0011'];

	test('a terminal is attached to, detached from, and has the keys and the size of the one in front of it', async () => {
		docker.run(['run', '-dit', '--name', 'shell', 'bb', 'sh']);
		const first = typed(`stty rows 33 cols 77; ${docker.line} attach shell`);
		await hasSize(first, '33 77');
		await resize(first);
		first.type('echo begun; sleep 1000\n');
		await first.shows('begun\r\n');
		first.type(interrupt);
		first.type('echo status $?\n');
		await first.shows('status 130\r\n');
		first.type(detach);
		await first.shows('read escape sequence');
		await first.ended;
		expect(isRunning('shell')).toBe(true);
		const second = typed(`${docker.line} attach shell`);
		second.type('echo again; exit 7\n');
		await second.shows('again\r\n');
		expect(await second.ended).toBe(7);
		expect(isRunning('shell')).toBe(false);
	});

	test('the terminal of exec has the size of the one in front of it, and its keys', async () => {
		docker.run(['run', '-d', '--name', 'idle', 'bb', 'sleep', '1000']);
		const shell = typed(`stty rows 33 cols 77; ${docker.line} exec -it idle sh`);
		await hasSize(shell, '33 77');
		await resize(shell);
		shell.type('echo begun; sleep 1000\n');
		await shell.shows('begun\r\n');
		shell.type(`${interrupt}exit 8\n`);
		expect(await shell.ended).toBe(8);
		expect(isRunning('idle')).toBe(true);
	});

	test('Ctrl-C of a command in the foreground without a terminal of its own ends it', async () => {
		const run = typed(
			`${docker.line} run --rm --name front bb sh -c 'trap "echo told; exit 9" INT; echo up; while sleep 0.1; do :; done'`,
		);
		await run.shows('up\r\n');
		run.type(interrupt);
		await run.shows('told\r\n');
		await run.ended;
		await until('it is gone', () => docker.run(['ps', '-aq']).out === '');
		expect(docker.containers()).toEqual([]);
	});

	test('files go in and out, and what was changed is seen and kept', () => {
		docker.run(['run', '-d', '--name', 'files', '--tmpfs', '/t', '-v', 'kept:/v', 'bb', 'sleep', '1000']);
		const at = (name: string) => join(place.folder, name);
		writeFileSync(at('in'), 'from outside\n');
		expect(docker.run(['cp', at('in'), 'files:/home/in']).status).toBe(0);
		expect(docker.run(['cp', at('in'), 'files:/v/in']).status).toBe(0);
		expect(docker.run(['exec', 'files', 'cat', '/home/in', '/v/in']).out).toBe('from outside\nfrom outside\n');
		docker.run(['exec', 'files', 'sh', '-c', 'echo made > /home/out; rm /etc/group; echo x > /t/unseen']);
		expect(docker.run(['cp', 'files:/home/out', at('out')]).status).toBe(0);
		expect(readFileSync(at('out'), 'utf8')).toBe('made\n');
		const lines = docker.run(['diff', 'files']).out.split('\n');
		expect(lines).toEqual(expect.arrayContaining(['A /home/in', 'A /home/out', 'D /etc/group']));
		expect(lines.filter(line => /unseen|\/v\/|\/proc|\/dev|\/sys/.test(line))).toEqual([]);
		docker.run(['commit', '-c', 'CMD ["cat", "/home/out"]', 'files', 'kept-image']);
		docker.run(['stop', '-t', '0', 'files']);
		expect(docker.run(['cp', 'files:/home/in', '-']).out).toContain('from outside\n');
		expect(docker.run(['run', '--rm', 'kept-image']).out).toBe('made\n');
		docker.run(['export', '-o', at('all.tar'), 'files']);
		expect(execFileSync('tar', ['-xOf', at('all.tar'), 'home/in'], {encoding: 'utf8'})).toBe('from outside\n');
	});

	test('many are started, entered and removed at once', async () => {
		const names = ['c1', 'c2', 'c3', 'c4', 'c5', 'c6', 'c7', 'c8'];
		/** Runs the client once for each name at the same time. */
		const each = (words: string) =>
			place.out('sh', '-c', `for name in ${names.join(' ')}; do ${docker.line} ${words} & done; wait`);
		each('run -d --name $name -m 32m bb sleep 1000');
		expect(docker.run(['ps', '-q']).out.match(/^./gm)).toHaveLength(names.length);
		expect(JSON.parse(docker.tsbox('ps', '--json').out)).toHaveLength(names.length);
		expect(each('exec $name echo $name').split('\n').filter(Boolean).toSorted()).toEqual(names);
		each('rm -f $name');
		expect(docker.containers()).toEqual([]);
	});

	test('a command that turns out to be none when it starts leaves no task, each time', () => {
		// Longer than a file name may be: nobody finds out before.
		const command = 'x'.repeat(300);
		for (let time = 0; time < 12; time += 1) expect(docker.run(['run', '--rm', 'bb', command]).status).toBe(127);
		expect(docker.containers()).toEqual([]);
	});

	test('what covers the mounts of the engine, and what would change the host', () => {
		const covered = docker.run(['run', '--rm', '-v', '/sys:/sys', 'bb', 'sh', '-c', 'grep -c " /sys " /proc/mounts']);
		expect(covered).toEqual({status: 0, out: '1\n', err: ''});
		const forward = ['--network', 'host', '--sysctl', 'net.ipv4.ip_forward=1'];
		expect(docker.run(['run', '--rm', ...forward, 'bb', 'true'])).toMatchObject({
			status: 125,
			err: expect.stringContaining("shares the host's network namespace") as string,
		});
	});
});
