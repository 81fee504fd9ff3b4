import {existsSync} from 'node:fs';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {type TestBox, testBox} from '../system/box.ts';
import {until} from '../system/project.ts';
import {leave, onScreen, tsboxLine} from './dashboard.ts';
import type {TmuxScreen} from './tmux.ts';

/* `tsbox runs steps` in a real terminal: a recorded start is moved through step by step, and the terminal is as it was. */

let at: TestBox;
let id: string;
let steps: number;
let mounts: number;

beforeAll(async () => {
	at = await testBox();
	await at.tsbox(['run', '--record', at.spec('tmpfs: [/scratch]\ncommand: "true"\n')]);
	const [run] = JSON.parse((await at.tsbox(['runs', 'ls', '--json'])).out) as readonly {readonly id: string}[];
	id = run?.id ?? '';
	const {out} = await at.tsbox(['runs', 'steps', id]);
	const pages = out.split(/^(?=\d+\/\d+ )/m).slice(1);
	steps = pages.length;
	mounts = pages.findIndex(page => page.includes('/scratch: tmpfs')) + 1;
});

afterAll(() => leave(at));

/** A shell on a terminal that shows the steps and then says with which status that ended. */
async function scrubber(size: {readonly columns?: number; readonly rows?: number} = {}, env = {}): Promise<TmuxScreen> {
	const line = `echo before; ${tsboxLine(at, ['runs', 'steps', id])}; echo "status $?"; exec sh`;
	const screen = await onScreen(at, line, {...size, env});
	await screen.shows(`step 1 of ${steps}`);
	return screen;
}

test('the mount is on the screen after its step and not before, forwards and back', async () => {
	await using screen = await scrubber({rows: 120});
	for (let step = 2; step < mounts; step++) await screen.keys('Right');
	// A terminal takes a frame in pieces: what is waited for is all that the frame differs in.
	await screen.shows(new RegExp(`step ${mounts - 1} of[^]*the kernel shows`), '/scratch: tmpfs');
	await screen.keys('l');
	await screen.shows(new RegExp(`step ${mounts} of[^]*\n\\+ .*/scratch: tmpfs`));
	await screen.keys('Space');
	const after = await screen.shows(new RegExp(`step ${mounts + 1} of[^]*\n {2}.*/scratch: tmpfs`));
	expect(after).not.toMatch(/^\+ .*\/scratch/m);
	await screen.keys('h', 'Left');
	await screen.shows(`step ${mounts - 1} of`, '/scratch: tmpfs');
	await screen.keys('End');
	await screen.shows(`step ${steps} of`);
	await screen.keys('Home');
	await screen.shows('step 1 of');
	await screen.keys('q');
	await screen.shows(/before\n[^]*status 0/);
	expect(await screen.ask('#{alternate_on} #{cursor_flag}')).toBe('0 1');
});

test('it follows the size of the terminal, and scrolls what does not fit', async () => {
	await using screen = await scrubber({columns: 100, rows: 30});
	await screen.keys('End');
	await screen.shows(`step ${steps} of`);
	await screen.resize(40, 14);
	const narrow = await screen.shows(/ more q quit/);
	expect(narrow.split('\n').filter(line => line.length > 40)).toEqual([]);
	for (let page = 0; page < 40; page++) await screen.keys('PageDown');
	await screen.shows(/network +lo/, 'more');
	await screen.keys('PageUp');
	await screen.shows('more');
	await screen.resize(120, 60);
	await screen.shows(/step \d+ of \d+ .*run 2/);
});

test('NO_COLOR has no color', async () => {
	await using coloured = await scrubber();
	await coloured.keys('End', 'Left');
	await coloured.showsColoured(/\u001b\[3\d|\u001b\[9\dm/);
	await using plain = await scrubber({}, {NO_COLOR: '1'});
	await plain.keys('End', 'Left');
	await plain.shows(`step ${steps - 1} of`);
	expect(await plain.coloured()).not.toMatch(/\u001b\[(?:\d+;)*(?:3[0-7]|9[0-7])m/);
});

describe('it is left, and the terminal is as it was', () => {
	test.each([
		['Ctrl-C', 'status 0'],
		['Escape', 'status 0'],
	])('%s', async (key, status) => {
		await using screen = await scrubber();
		await screen.keys(key === 'Ctrl-C' ? 'C-c' : key);
		await screen.shows(status);
		expect(await screen.ask('#{alternate_on} #{cursor_flag}')).toBe('0 1');
	});

	test.each(['TERM', 'HUP'] as const)('SIG%s', async signal => {
		await using screen = await onScreen(at, `exec ${tsboxLine(at, ['runs', 'steps', id])}`);
		await screen.shows(`step 1 of ${steps}`);
		process.kill(await screen.pid(), `SIG${signal}`);
		expect(await screen.ended()).toBe(signal === 'TERM' ? 143 : 129);
	});

	test('a window that is closed ends it', async () => {
		const screen = await onScreen(at, `exec ${tsboxLine(at, ['runs', 'steps', id])}`);
		await screen.shows(`step 1 of ${steps}`);
		const pid = await screen.pid();
		await screen.close();
		await until('it has ended', () => !existsSync(`/proc/${pid}`));
		expect(existsSync(`/proc/${pid}`)).toBe(false);
	});

	test('Ctrl-Z goes to the shell, and fg comes back', async () => {
		await using screen = await onScreen(at, 'exec sh -i');
		await screen.type(`${tsboxLine(at, ['runs', 'steps', id])}\n`);
		await screen.shows(`step 1 of ${steps}`);
		await screen.keys('Right', 'C-z');
		await screen.shows(/Stopped|Suspended/);
		await screen.type('fg\n');
		await screen.shows(`step 2 of ${steps}`);
		await screen.keys('q');
		expect(await screen.shows('Stopped', 'step 2')).toContain('fg');
	});
});

test('--plain and a pipe print all steps, and a terminal that cannot move its cursor does so too', async () => {
	const {out} = await at.tsbox(['runs', 'steps', '--plain', id]);
	expect(out).toContain(`${steps}/${steps} run true`);
	await using screen = await onScreen(at, `TERM=dumb ${tsboxLine(at, ['runs', 'steps', id])}; exec sh`);
	await screen.shows(`${steps}/${steps} run true`);
});
