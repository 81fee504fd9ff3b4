import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {type TestBox, testBox} from '../system/box.ts';
import {leftovers} from '../system/leftovers.ts';
import {until} from '../system/until.ts';
import {type DashboardOptions, onScreen, tsboxLine} from './dashboard.ts';
import type {TmuxScreen} from './tmux.ts';

/* `tsbox learn` and `tsbox try` as people see them. Whatever is done in them, nothing is left on the machine. */

let at: TestBox;
beforeEach(async () => {
	at = await testBox();
});
afterEach(() => at[Symbol.asyncDispose]());

/** The containers that run. */
const containers = (): readonly string[] => {
	const folder = join(at.folder, 'state/containers');
	return existsSync(folder) ? readdirSync(folder) : [];
};

/** What is left of containers that ran. */
const left = (names: readonly string[]): readonly string[] =>
	[...names, 'none'].flatMap(name => leftovers(name, at.folder)).filter(line => !line.includes(' tmux '));

/** A tsbox command on a terminal that stays open after it. */
const open = (args: readonly string[], options: DashboardOptions = {}): Promise<TmuxScreen> =>
	onScreen(at, `${tsboxLine(at, args)}; echo "status $?"; exec sleep 1000`, options);

/** The number of tsbox's process. */
async function tsboxOf(screen: TmuxScreen): Promise<number> {
	const shell = await screen.pid();
	return Number(readFileSync(`/proc/${shell}/task/${shell}/children`, 'utf8').trim().split(' ')[0]);
}

/** A screen in whose room a shell waits. */
async function inRoom(options: DashboardOptions = {}): Promise<TmuxScreen> {
	const screen = await open(['learn', '1'], options);
	await screen.shows('Enter closes');
	await screen.keys('Enter');
	await screen.shows('room:~/lab#', 'Enter closes');
	return screen;
}

async function enter(screen: TmuxScreen, line: string): Promise<void> {
	await screen.type(line);
	await screen.keys('Enter');
}

test('lesson 1 is done by typing its commands, and the X-ray shows each change', async () => {
	await using screen = await inRoom();
	const names = containers();
	await screen.shows(/^namespaces +all \d shared with the room/m);
	await enter(screen, 'chroot rootfs sh');
	await screen.shows(/✔ Change the root[^]*room:\/#/);
	expect(await screen.shows(/^root +\/root\/lab\/rootfs +own/m)).toMatch(/^mounts +none of the room/m);
	await enter(screen, 'mount -t proc proc /proc');
	expect(await screen.shows('✔ Mount /proc')).toMatch(/^mounts +\/proc proc rw/m);
	await screen.keys('F4');
	await screen.shows(/Stop it 4\/5[^]*✔ Break it/);
	await screen.keys('F3');
	await screen.shows(/Question 5\/5[^]*✔ Stop it/);
	expect(await screen.screen()).toMatch(/^namespaces +own mount pid/m);
	await screen.keys('F5');
	await screen.type('1');
	await screen.keys('Enter');
	await screen.shows('Not 1.');
	await enter(screen, 'answer $(ls -id /)');
	await screen.shows('Lesson 1 is done');
	await screen.keys('Escape');
	await screen.shows('This lesson is done.', 'Stay in this room');
	await screen.keys('F10');
	expect(await screen.shows('deleted')).toMatch(/ended +\d+ processes: script, bash/);
	await screen.shows('status 0');
	expect(left(names)).toEqual([]);
});

test('function keys give hints and reasons; a word does the same', async () => {
	await using screen = await inRoom();
	await screen.keys('F1');
	await screen.shows('Hint 1 of 3');
	await enter(screen, 'hint');
	await screen.shows('Hint 2 of 3');
	await screen.keys('F2');
	await screen.shows('Why (Enter closes)');
	await screen.keys('Enter', 'F7');
	await screen.shows(/Lessons[^]*▶ 1 /);
	await screen.keys('Escape');
	await screen.shows('room:~/lab#', '▶ 1');
	await enter(screen, 'lessons 2');
	await screen.shows('lesson 2 of');
	expect(containers()).toHaveLength(1);
});

test('SIGKILL in the middle leaves nothing, whatever was done in the room', async () => {
	await using screen = await inRoom();
	const names = containers();
	await enter(
		screen,
		'mount -t tmpfs x /mnt; ip link add v0 type veth peer name v1; (setsid sleep 4242 &); echo all is done',
	);
	await screen.shows(/^all is done/m);
	await enter(screen, 'unshare -pf --mount-proc=rootfs/proc chroot rootfs sh');
	await screen.shows('room:/#');
	process.kill(await tsboxOf(screen), 'SIGKILL');
	await until('all is cleaned up', () => containers().length === 0 && left(names).length === 0);
	expect(names).toHaveLength(1);
});

test('all lessons are done with F3 alone, and nothing is left of any that is killed at its end', async () => {
	const {length} = JSON.parse((await at.tsbox(['learn', '--list', '--json'])).out) as readonly object[];
	for (let number = 1; number <= length; number += 1) {
		await using screen = await open(['learn', String(number)]);
		await screen.shows('Enter closes');
		await screen.keys('Enter');
		await screen.shows('room:~/lab#', 'Enter closes');
		const names = containers();
		for (let stage = 1; ; stage += 1) {
			const text = await screen.shows(new RegExp(`(Task|Break it|Stop it|Question) ${stage}/|is done`));
			if (text.includes('is done')) break;
			await screen.keys('F3');
		}
		process.kill(await tsboxOf(screen), 'SIGKILL');
		await until('all is cleaned up', () => containers().length === 0 && left(names).length === 0);
	}
	const {out} = await at.tsbox(['learn', '--list', '--json'], {env: {HOME: join(at.folder, 'home')}});
	expect(JSON.parse(out)).toEqual(Array.from({length}, () => expect.objectContaining({done: true})));
});

test.each<[NodeJS.Signals, number]>([
	['SIGTERM', 143],
	['SIGHUP', 129],
])('%s restores the terminal and takes the room back', async (signal, status) => {
	await using screen = await inRoom();
	const names = containers();
	process.kill(await tsboxOf(screen), signal);
	await screen.shows(`status ${status}`);
	expect(await screen.ask('#{alternate_on} #{cursor_flag} #{mouse_any_flag}')).toBe('0 1 0');
	expect(left(names)).toEqual([]);
});

test('when the shell ends, the room can be opened again', async () => {
	await using screen = await inRoom();
	await enter(screen, 'exit');
	await screen.shows('The shell has ended');
	await screen.keys('Enter');
	await screen.shows('Enter closes');
	await screen.keys('Enter');
	await screen.shows('room:~/lab#', 'exit');
	expect(containers()).toHaveLength(1);
});

test('the shell has the size of its part of the screen, which may shrink until it is too small', async () => {
	await using screen = await inRoom({columns: 120, rows: 36});
	await enter(screen, 'stty size');
	await screen.shows(/^21 120$/m);
	await screen.resize(40, 12);
	await screen.shows(/^F1 hint .*F10 leave/m, 'F2 why');
	await enter(screen, 'clear; stty size');
	await screen.shows(/^4 40$/m);
	expect(await screen.shows(/^namespaces/m)).toContain('Task 1/5');
	await screen.resize(30, 8);
	await screen.shows('too small');
	await screen.resize(80, 24);
	await screen.shows(/^F1 hint F2 why/m);
});

test('programs that draw the whole screen work, and older output can be looked at', async () => {
	await using screen = await inRoom();
	await enter(screen, 'clear; seq 100');
	await screen.shows(/^100\n/m);
	await screen.keys('PPage');
	expect(await screen.shows('rows below')).not.toMatch(/^100\n/m);
	await screen.keys('Enter');
	await screen.shows(/^100\n/m, 'rows below');
	await enter(screen, 'seq 100 | less');
	await screen.shows(/^1\n2\n3\n/m);
	await screen.keys('NPage');
	await screen.shows(/^30\n/m, /^1\n/m);
	await screen.keys('q');
	await screen.shows(/^100\n/m);
});

test('without colors nothing has one, and a dumb terminal gets lines', async () => {
	await using screen = await inRoom({env: {NO_COLOR: '1'}});
	await enter(screen, 'printf "\\033[31mred\\033[0m\\n"');
	expect(await screen.showsColoured(/^.*red$/m)).not.toMatch(/\u001b\[(?:\d+;)*3[0-7]m/);
	await using dumb = await onScreen(at, `TERM=dumb ${tsboxLine(at, ['learn', '1'])}`);
	await dumb.shows(/^tsbox: Lesson 1/m);
});

test('tsbox try shows a container against the machine, and lists what was taken back', async () => {
	await using screen = await open(['try', at.rootfs]);
	await screen.shows('try:/#');
	const names = containers();
	expect(await screen.shows(/^namespaces +own mount pid uts ipc network cgroup/m)).toMatch(/^root +\/ +own/m);
	await screen.keys('F2');
	await screen.shows(/The steps[^]*1 \w+/);
	await screen.keys('Enter');
	await enter(screen, 'hostname; stty size');
	await screen.shows(/^try\n21 120$/m);
	await enter(screen, 'exit');
	const text = await screen.shows('Taken back:');
	expect(text).toMatch(/undone +make the cgroup/);
	await screen.shows('status 0');
	expect(left(names)).toEqual([]);
});

test('tsbox try ends at a wrong root filesystem, with a hint', async () => {
	await using screen = await open(['try', './nosuch.tar']);
	await screen.shows(/nosuch\.tar`, which does not exist[^]*hint/);
	await screen.shows('status 125');
	const {status, err} = await at.tsbox(['try']);
	expect({status, err}).toEqual({status: 2, err: expect.stringContaining('needs a terminal')});
});

test('tsbox alone offers the lessons', async () => {
	await using screen = await open([]);
	await screen.shows('or just Enter:');
	await enter(screen, 'l');
	await screen.shows('lesson 1 of');
	await screen.shows('Enter closes');
	await screen.keys('F10');
	expect(await screen.shows('status 0')).toContain('Taken back:');
});
