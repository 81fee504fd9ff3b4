import {existsSync, readFileSync} from 'node:fs';
import {afterAll, beforeAll, beforeEach, expect, test} from 'vitest';
import {type TestBox, testBox} from '../system/box.ts';
import {project, rows, sleeper, until} from '../system/project.ts';
import {dashboard, leave, upInBackground} from './dashboard.ts';
import {goTo, rowOf} from './seen.ts';
import type {TmuxScreen} from './tmux.ts';

/* What is done from the dashboard: the command that does it is shown with how it ended, and `tsbox ps` tells the same. */

const hears = "command: [sh, -c, \"trap 'echo heard USR1' USR1; trap 'exit 0' TERM; while :; do sleep 0.1; done\"]\n";
const echoes =
	'command: [sh, -c, "while read line; do echo said $$line; done"]\nstdin_open: true\nstop_grace_period: 0s\n';
let at: TestBox;
let spec: string;

beforeAll(async () => {
	at = await testBox();
	spec = project(at, {web: `${hears}mem_limit: 64m\n`, db: sleeper, talk: `${echoes}tty: true\n`, pipe: echoes});
});

/** Each begins with all that run. */
beforeEach(async () => {
	await upInBackground(at, spec);
});

afterAll(() => leave(at));

async function dashOn(service: string): Promise<TmuxScreen> {
	const screen = await dashboard(at);
	await goTo(screen, service === '' ? at.name : `${at.name}-${service}-1`);
	return screen;
}

async function stateOf(service: string): Promise<string | undefined> {
	return (await rows(at))[service]?.state;
}

/** Waits until the log of commands has one that went well. */
async function done(screen: TmuxScreen, command: string): Promise<string> {
	// What it said may leave no room for the command itself: then the last line has it.
	const words = command.replaceAll('/', String.raw`\/`);
	return await screen.shows(new RegExp(`^ ✔ (\\$ )?tsbox ${words}(: done)?$`, 'm'), '╭');
}

test('stop, start, restart, pause and go on', async () => {
	await using screen = await dashOn('web');
	const name = `${at.name}-web-1`;
	await screen.keys('s');
	await done(screen, `stop ${name}`);
	await screen.shows(new RegExp(`${name} +○ exited 0`));
	expect(await stateOf('web')).toBe('exited');
	await screen.keys('s');
	await screen.shows(`✘ ${name} does not run`);
	await screen.keys('S');
	await done(screen, `start ${name}`);
	await screen.shows(new RegExp(`${name} +● running`));
	const before = (await rows(at))['web']?.pid;
	await screen.keys('r');
	await done(screen, `restart ${name}`);
	expect(await stateOf('web')).toBe('running');
	expect((await rows(at))['web']?.pid).not.toBe(before);
	await screen.keys('P');
	await done(screen, `pause ${name}`);
	await screen.shows(new RegExp(`${name} +‖ paused`));
	expect(await stateOf('web')).toBe('paused');
	await screen.keys('P');
	await done(screen, `unpause ${name}`);
	await screen.shows(new RegExp(`${name} +● running`));
	await screen.close();
});

test('a signal is chosen and asked for before it is sent', async () => {
	await using screen = await dashOn('web');
	await screen.keys('K');
	await screen.shows(`send a signal to ${at.name}-web-1`);
	await screen.type('usr1');
	await screen.shows(/▶ USR1/);
	await screen.keys('Enter');
	await screen.shows('send SIGUSR1?');
	await screen.keys('n');
	await screen.shows('space mark', 'send SIGUSR1?');
	expect((await at.tsbox(['logs', `${at.name}-web-1`])).out).not.toContain('heard');
	await screen.keys('K');
	await screen.shows('send a signal to');
	await screen.type('usr1');
	await screen.keys('Enter');
	await screen.shows('send SIGUSR1?');
	await screen.keys('y');
	await done(screen, `kill -s USR1 ${at.name}-web-1`);
	await screen.shows('heard USR1');
	await screen.close();
});

test('what is removed is asked for: n keeps it, y removes it', async () => {
	await using screen = await dashOn('db');
	await screen.keys('d');
	expect(await screen.shows('remove?')).toContain(`$ tsbox rm ${at.name}-db-1`);
	expect(await screen.screen()).toContain('This loses: the files');
	await screen.keys('n');
	await screen.shows('space mark', 'remove?');
	expect(await stateOf('db')).toBe('running');
	await screen.keys('d');
	await screen.shows('remove?');
	await screen.keys('y');
	await screen.shows(new RegExp(`(✔|✘) \\$ tsbox rm ${at.name}-db-1`));
	await screen.close();
});

test('a limit is changed, and the cgroup has it; a bad one is answered in place', async () => {
	await using screen = await dashOn('web');
	await screen.keys('L');
	await screen.shows('> --memory');
	await screen.type('48m');
	await screen.keys('Enter');
	await done(screen, `update --memory 48m ${at.name}-web-1`);
	const v1 = `/sys/fs/cgroup/memory/tsbox/${at.name}-web-1/memory.limit_in_bytes`;
	const file = existsSync(v1) ? v1 : `/sys/fs/cgroup/tsbox/${at.name}-web-1/memory.max`;
	expect(readFileSync(file, 'utf8').trim()).toBe(String(48 * 2 ** 20));
	await screen.shows('/48M');
	await screen.keys('L');
	await screen.shows('> --memory');
	await screen.type('lots');
	await screen.keys('Enter');
	const text = await screen.shows(/✘ \$ tsbox update --memory lots \S+ {2}exit 2/);
	expect(text).toMatch(/^ ✘ tsbox update --memory lots \S+: error: /m);
	await screen.close();
});

test('a shell has the terminal, and the dashboard comes back whole', async () => {
	await using screen = await dashOn('web');
	await screen.shows(/\d\dM/);
	await screen.keys('e');
	await screen.shows('#', 'space mark');
	expect(await screen.ask('#{alternate_on}')).toBe('0');
	await screen.type('echo I am $((40 + 2)) in $(hostname)');
	await screen.keys('Enter');
	await screen.shows(`I am 42 in ${at.name}-web-1`);
	await screen.type('exit 3');
	await screen.keys('Enter');
	const text = await screen.shows('space mark', 'I am 42');
	expect(await screen.ask('#{alternate_on} #{cursor_flag}')).toBe('1 0');
	expect(text).toMatch(/^ tsbox {2}1 project, 4 containers/);
	expect(rowOf(text, `${at.name}-web-1`)).toContain('● running');
	await screen.keys('C-l');
	await screen.shows(/\$ tsbox exec \S+-web-1 -- sh -c .*exit 3/);
	await screen.close();
});

test('one joins a container and leaves it by its keys', async () => {
	await using screen = await dashOn('talk');
	await screen.keys('A');
	await screen.shows('', 'space mark');
	await screen.type('hello');
	await screen.keys('Enter');
	await screen.shows('said hello');
	await screen.keys('C-p', 'C-q');
	await screen.shows('space mark');
	expect(await stateOf('talk')).toBe('running');
	await screen.shows('said hello');
	await screen.close();
});

test('Ctrl-C in a command that has the terminal ends that command, and the dashboard is there again', async () => {
	await using screen = await dashOn('pipe');
	await screen.keys('A');
	await screen.shows('', 'space mark');
	await screen.type('hello');
	await screen.keys('Enter');
	await screen.shows('said hello');
	await screen.keys('C-c');
	await screen.shows('space mark');
	await screen.keys('?');
	await screen.shows('keys (Esc leaves)');
	await screen.keys('Escape');
	await screen.shows('space mark', 'keys (Esc leaves)');
	await screen.keys('q');
	expect(await screen.ended()).toBe(0);
	await screen.close();
});

test('a project is taken down, which is asked for, and comes up from its spec', async () => {
	await using screen = await dashOn('');
	await screen.keys('D');
	expect(await screen.shows('down?')).toContain(`$ tsbox down ${at.name}`);
	await screen.keys('n');
	await screen.shows('space mark', 'down?');
	await screen.keys('s');
	await done(screen, `stop ${at.name}`);
	expect(await stateOf('db')).toBe('exited');
	await screen.keys('u');
	await screen.shows(/✔ \$ tsbox up -d \S+shop\.yaml/);
	await screen.shows(/4 of 4 running/);
	expect(await stateOf('db')).toBe('running');
	await screen.keys('D');
	await screen.shows('down?');
	await screen.keys('y');
	await done(screen, `down ${at.name}`);
	await screen.shows('0 projects, 0 containers');
	expect(at.leftovers().filter(line => !/\bdash['\s]/.test(line))).toEqual([]);
	await screen.close();
});

test('what nobody uses is removed after a question', async () => {
	await using screen = await dashOn('web');
	await screen.keys('X');
	await screen.shows('what crashes left behind');
	await screen.keys('Down', 'Down', 'Enter');
	await screen.shows('remove what crashes left behind?');
	await screen.keys('y');
	await done(screen, 'gc');
	expect(await stateOf('web')).toBe('running');
	await screen.close();
	await until('it is up', async () => (await stateOf('db')) === 'running');
});
