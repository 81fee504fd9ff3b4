import {afterAll, beforeAll, expect, test} from 'vitest';
import {readFileSync} from 'node:fs';
import {type TestBox, testBox} from '../system/box.ts';
import {project, rows, sleeper, until} from '../system/project.ts';
import {dashboard, leave, onScreen, tsboxLine, upInBackground} from './dashboard.ts';
import type {TmuxScreen} from './tmux.ts';

/* However the dashboard ends, the terminal is as it was before and the containers go on. */

let at: TestBox;

beforeAll(async () => {
	at = await testBox();
	await upInBackground(at, project(at, {web: sleeper, db: sleeper}));
});

afterAll(() => leave(at));

/** A shell on a terminal, with the dashboard that was started from it. */
async function fromShell(env: Readonly<Record<string, string>> = {}): Promise<TmuxScreen> {
	const screen = await onScreen(at, 'exec bash --norc --noprofile', {env: {PS1: 'prompt> ', ...env}});
	await screen.shows('prompt>');
	await screen.type(tsboxLine(at, ['dash']));
	await screen.keys('Enter');
	await screen.shows('space mark');
	expect(await screen.ask('#{alternate_on} #{cursor_flag} #{mouse_any_flag}')).toBe('1 0 1');
	return screen;
}

/** The number of the dashboard's process. */
async function dashOf(screen: TmuxScreen): Promise<number> {
	const shell = await screen.pid();
	return Number(readFileSync(`/proc/${shell}/task/${shell}/children`, 'utf8').trim().split(' ')[0]);
}

/** Looks at all of the terminal that a program can spoil; gives the status that the shell heard of. */
async function restored(screen: TmuxScreen): Promise<number> {
	await screen.shows('prompt>', 'space mark');
	await screen.type('s=$?; clear; echo "status $s"; stty -a; echo looked');
	await screen.keys('Enter');
	const text = await screen.shows(/^looked$/m);
	for (const flag of ['icanon', 'echo', 'isig', 'icrnl', 'opost', 'onlcr'])
		expect(text).toMatch(new RegExp(`(^|\\s)${flag}\\b`));
	expect(await screen.ask('#{alternate_on} #{cursor_flag} #{mouse_any_flag} #{wrap_flag}')).toBe('0 1 0 1');
	const states = Object.values(await rows(at)).map(({state}) => state);
	expect(states).toEqual(['running', 'running']);
	return Number(/^status (\d+)$/m.exec(text)?.[1]);
}

test.each<[string, number, (screen: TmuxScreen) => Promise<void>]>([
	['q', 0, screen => screen.keys('q')],
	['ctrl-c', 0, screen => screen.keys('C-c')],
	['SIGTERM', 143, async screen => void process.kill(await dashOf(screen), 'SIGTERM')],
	['SIGHUP', 129, async screen => void process.kill(await dashOf(screen), 'SIGHUP')],
	['SIGINT', 0, async screen => void process.kill(await dashOf(screen), 'SIGINT')],
])('%s', async (_, status, end) => {
	await using screen = await fromShell();
	await end(screen);
	expect(await restored(screen)).toBe(status);
	await screen.close();
});

test('SIGTERM with a question on the screen, and in the middle of a command', async () => {
	await using screen = await fromShell();
	await screen.keys('r', 'd');
	await screen.shows('remove?');
	process.kill(await dashOf(screen), 'SIGTERM');
	await screen.shows('prompt>', 'remove?');
	await until('it runs again', async () => Object.values(await rows(at)).every(({state}) => state === 'running'));
	expect(await restored(screen)).toBe(143);
	await screen.close();
});

test.each([
	['an exception', "() => { throw new Error('thrown inside') }"],
	['a promise that nobody looked after', "() => { Promise.reject(new Error('thrown inside')) }"],
])('%s', async (_, thrower) => {
	const file = at.file('thrower.cjs', `process.on('SIGUSR2', ${thrower});\n`);
	await using screen = await fromShell({NODE_OPTIONS: `--require ${file}`});
	process.kill(await dashOf(screen), 'SIGUSR2');
	// What went wrong can be read where one is then.
	await screen.shows('thrown inside', 'space mark');
	expect(await restored(screen)).not.toBe(0);
	await screen.close();
});

test('ctrl-z gives the shell its terminal, and fg brings all of it back', async () => {
	await using screen = await fromShell();
	for (let times = 0; times < 2; times++) {
		await screen.keys('C-z');
		await screen.shows('Stopped');
		expect(await screen.ask('#{alternate_on} #{cursor_flag} #{mouse_any_flag}')).toBe('0 1 0');
		await screen.type('clear; stty -a; echo $((20 + 22))');
		await screen.keys('Enter');
		expect(await screen.shows(/^42$/m)).toMatch(/\sicanon\b/);
		await screen.type('fg');
		await screen.keys('Enter');
		await screen.shows('space mark', 'Stopped');
		expect(await screen.ask('#{alternate_on} #{cursor_flag} #{mouse_any_flag}')).toBe('1 0 1');
		await screen.keys('?');
		await screen.shows('keys (Esc leaves)');
		await screen.keys('q');
		await screen.shows('space mark', 'keys (Esc leaves)');
	}
	await screen.keys('q');
	expect(await restored(screen)).toBe(0);
	await screen.close();
});

test('SIGTSTP from elsewhere is as ctrl-z, and SIGCONT as fg', async () => {
	await using screen = await fromShell();
	const pid = await dashOf(screen);
	process.kill(pid, 'SIGTSTP');
	await screen.shows('Stopped');
	expect(await screen.ask('#{alternate_on} #{cursor_flag} #{mouse_any_flag}')).toBe('0 1 0');
	await screen.type('fg');
	await screen.keys('Enter');
	await screen.shows('space mark', 'Stopped');
	await screen.keys('q');
	expect(await restored(screen)).toBe(0);
	await screen.close();
});

test('when the terminal is gone the dashboard is, and the containers go on', async () => {
	const screen = await dashboard(at);
	// Waits for its end.
	await screen.close();
	expect(Object.values(await rows(at)).map(({state}) => state)).toEqual(['running', 'running']);
});
