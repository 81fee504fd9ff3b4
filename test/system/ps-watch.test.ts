import {spawn} from 'node:child_process';
import {readdirSync, readFileSync, readlinkSync} from 'node:fs';
import {expect, test} from 'vitest';
import {type Running, testBox} from './box.ts';
import {onTerminal} from './on-terminal.ts';
import {project, sleeper, until} from './project.ts';
import {program} from '../support/program.ts';

/* `tsbox ps --watch`: what the kernel tells. */

interface Row {
	readonly name: string;
	readonly state: string;
	readonly health?: string;
}

/** What was printed so far: the rows of each change as `NAME STATE HEALTH`. */
function printed({child}: Running): () => readonly (readonly string[])[] {
	let text = '';
	child.stdout?.on('data', (more: string) => (text += more));
	return () =>
		text
			.split('\n')
			.slice(0, -1)
			.map(line =>
				(JSON.parse(line) as readonly Row[]).map(({name, state, health}) => `${name} ${state} ${health ?? ''}`),
			);
}

/** The time on processors that a process has had, ms. */
function cpuMs(pid: number | undefined): number {
	const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
	// utime and stime, in ticks of 10 ms; proc_pid_stat(5).
	return (Number(fields[11]) + Number(fields[12])) * 10;
}

test('each change is told soon: start, health, pause, end, removal, and nothing in between', async () => {
	await using at = await testBox();
	const watching = at.start(['ps', '-a', '--watch', '--json']);
	const seen = printed(watching);
	const last = (): readonly string[] => seen().at(-1) ?? ['nothing'];
	await until('it begins with none', () => seen().length === 1 && last().length === 0);
	const spec = project(at, {
		a: `${sleeper}healthcheck: {test: [CMD, test, -e, /ready], interval: 100ms, retries: 1000}\n`,
	});
	const name = `${at.name}-a-1`;
	const told = async (state: string): Promise<void> => {
		const since = Date.now();
		await until(`it is ${state}: ${JSON.stringify(seen().at(-1))}`, () => last()[0] === `${name} ${state}`);
		// Far below the slow look of 5 s, which would hide that nothing was reported.
		expect(Date.now() - since).toBeLessThan(3000);
	};
	await at.tsbox(['up', '-d', spec]);
	await told('running starting');
	await at.tsbox(['exec', name, 'touch', '/ready']);
	await told('running healthy');
	await at.tsbox(['pause', name]);
	await told('paused healthy');
	await at.tsbox(['unpause', name]);
	await told('running healthy');
	await at.tsbox(['rename', name, `${name}-new`]);
	await until('it has its new name', () => last()[0] === `${name}-new running healthy`);
	await at.tsbox(['rename', name, name]);
	await told('running healthy');
	const before = {changes: seen().length, cpu: cpuMs(watching.child.pid)};
	await at.tsbox(['exec', name, 'sleep', '2']);
	expect(seen().length).toBe(before.changes);
	expect(cpuMs(watching.child.pid) - before.cpu).toBeLessThan(200);
	await at.tsbox(['stop', name]);
	await until('it has ended', () => last()[0]?.startsWith(`${name} exited`) === true);
	await at.tsbox(['down', at.name]);
	await until('it is gone', () => last().length === 0);
	watching.child.kill('SIGINT');
	expect((await watching.ended).status).toBe(0);
	expect(at.leftovers()).toEqual([]);
});

test('a container that dies with all who look after it is told of too', async () => {
	await using at = await testBox();
	const foreground = at.start(['up', at.spec('command: [sh, -c, "echo is up; exec sleep 1000"]\n')]);
	await foreground.says('is up');
	const watching = at.start(['ps', '--watch', '--json']);
	const seen = printed(watching);
	await until('it is there', () => seen().at(-1)?.[0] === `${at.name} running `);
	foreground.child.kill('SIGKILL');
	const pid = Number((await at.tsbox(['ps', '--format', '{{.Pid}}'])).out);
	process.kill(pid, 'SIGKILL');
	await until('it is dead', () => seen().at(-1)?.[0] === `${at.name} dead `);
	await at.tsbox(['gc']);
	await until('it is gone', () => seen().at(-1)?.length === 0);
	watching.child.kill('SIGTERM');
	expect((await watching.ended).status).toBe(0);
	expect(at.leftovers()).toEqual([]);
});

test('on a terminal it is one table, drawn over, until Ctrl-C; on a pipe it ends with its reader', async () => {
	await using at = await testBox();
	await at.tsbox(['up', '-d', at.spec(sleeper)]);
	const words = `${program} --store ${at.folder}/store --state ${at.folder}/state ps --watch`;
	const screen = onTerminal(at, `exec ${words}`);
	await screen.shows(at.name);
	const other = at.file('other.yaml', `name: ${at.name}-other\nrootfs: ${at.rootfs}\n${sleeper}`);
	await at.tsbox(['up', '-d', other]);
	await screen.shows(`${at.name}-other`);
	await screen.shows('\u001b[2A');
	screen.type('\u0003');
	expect(await screen.ended).toBe(0);
	const piped = spawn('sh', ['-c', `${words} | head -1`], {stdio: ['ignore', 'pipe', 'inherit']});
	const over = new Promise(resolve => piped.once('close', resolve));
	await until('it follows', () => linksOf(`${at.folder}/state\0ps`).some(link => link.includes('inotify')));
	await at.tsbox(['down', '-t', '0', `${at.name}-other`]);
	await at.tsbox(['down', '-t', '0', at.name]);
	await over;
	expect(at.leftovers()).toEqual([]);
});

/** What the descriptors of the process stand for whose command line has these words. */
function linksOf(words: string): readonly string[] {
	return readdirSync('/proc').flatMap(pid => {
		try {
			if (!readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(words)) return [];
			return readdirSync(`/proc/${pid}/fd`).map(fd => readlinkSync(`/proc/${pid}/fd/${fd}`));
		} catch {
			return [];
		}
	});
}
