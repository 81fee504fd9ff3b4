import {copyFileSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {type TestBox, testBox} from '../system/box.ts';
import {project, sleeper} from '../system/project.ts';
import {dashboard, type DashboardOptions, leave, onScreen, tsboxLine, upInBackground} from './dashboard.ts';
import {goTo, rowsInOrder} from './seen.ts';

/* How the dashboard is found through, set up and remembered, in a home of each test's own. */

let at: TestBox;

beforeAll(async () => {
	at = await testBox();
	const spec = project(at, {
		web: `${sleeper}mem_limit: 64m\n`,
		fails: 'command: [sh, -c, "echo oops >&2; exit 3"]\n',
	});
	await upInBackground(at, spec);
});

afterAll(() => leave(at));

/** A folder of the test to be at home in, or to work in. */
function folder(name: string): string {
	const path = join(at.folder, name);
	mkdirSync(path, {recursive: true});
	return path;
}

function homeOf(name: string, env: Readonly<Record<string, string>> = {}): DashboardOptions {
	return {env: {HOME: folder(name), ...env}};
}

const colour = /\u001b\[(?:\d+;)*(?:3[0-7]|9[0-7])m/;

test('the palette finds an action and a container by what they are called', async () => {
	await using screen = await dashboard(at, [], homeOf('palette'));
	await goTo(screen, `${at.name}-web-1`);
	await screen.keys('C-p');
	await screen.shows('do, or go to');
	await screen.type('restart');
	await screen.shows(/▶ restart: restart \(/);
	await screen.keys('Enter');
	expect(await screen.shows(`restart ${at.name}-web-1: done`)).toContain(`▶   ${at.name}-web-1`);
	await screen.keys(':');
	await screen.shows('do, or go to');
	await screen.type('tab mounts');
	await screen.shows('▶ tab mounts');
	await screen.keys('Enter');
	await screen.shows('each made by a step of the plan');
	await screen.keys(':');
	await screen.shows('do, or go to');
	await screen.type('zzzzzz');
	await screen.shows('nothing matches');
	await screen.keys('Escape');
	await screen.shows('space mark', 'do, or go to');
	await screen.close();
});

test('the help has every key that dash --keys lists', async () => {
	await using screen = await dashboard(at, [], {...homeOf('help'), rows: 110});
	await screen.keys('?');
	const text = await screen.shows('In the tab drift');
	const {out} = await at.tsbox(['dash', '--keys']);
	const words = out
		.trimEnd()
		.split('\n')
		.map(line => line.split(/ {2,}/).at(-1)?.trim() ?? '');
	expect(words.length).toBeGreaterThan(50);
	expect(words.filter(each => !text.includes(each))).toEqual([]);
	await screen.keys('q');
	await screen.shows('space mark', 'In the tab drift');
	await screen.close();
});

test('the mouse can be turned off, chooses rows and tabs, and sorts', async () => {
	await using screen = await dashboard(at, [], homeOf('mouse'));
	expect(await screen.ask('#{mouse_any_flag}')).toBe('1');
	const text = await screen.shows(`${at.name}-web-1 `);
	const lines = text.split('\n');
	const click = async (row: number, column: number): Promise<void> =>
		screen.type(`\u001b[<0;${column + 1};${row + 1}M`);
	await click(
		lines.findIndex(line => line.includes(`${at.name}-web-1 `)),
		10,
	);
	await screen.shows(new RegExp(`^▶ +${at.name}-web-1 `, 'm'));
	await click(1, lines[1]?.indexOf('STATE') ?? 0);
	await screen.shows('STATE ▲');
	const tabs = lines.findIndex(line => line.includes('7 config'));
	await click(tabs, lines[tabs]?.indexOf('7 config') ?? 0);
	await screen.shows('mem_limit');
	await screen.keys('m');
	await screen.shows('the mouse is off');
	expect(await screen.ask('#{mouse_any_flag}')).toBe('0');
	await screen.keys('m');
	await screen.shows('the mouse is on');
	expect(await screen.ask('#{mouse_any_flag}')).toBe('1');
	await screen.close();
});

test('keys, the theme and the columns are those of the configuration', async () => {
	const cwd = folder('configured');
	writeFileSync(
		join(cwd, 'tsbox.config.yaml'),
		'dash:\n  theme: none\n  mouse: false\n  columns: [name, restarts, state]\n  keys: {sort: x, quit: [ctrl-x]}\n',
	);
	await using screen = await dashboard(at, [], {...homeOf('configured-home'), cwd});
	await screen.shows(/NAME ▲ +RESTARTS +STATE *$/m);
	expect(await screen.coloured()).not.toMatch(colour);
	expect(await screen.ask('#{mouse_any_flag}')).toBe('0');
	await screen.keys('x');
	await screen.shows('sort by');
	await screen.keys('Escape');
	await screen.shows('space mark', 'sort by');
	await screen.keys('C-x');
	expect(await screen.ended()).toBe(0);
	await screen.close();
});

test('what was chosen of the view is there the next time', async () => {
	const options = homeOf('remembered');
	const first = await dashboard(at, [], options);
	await first.shows(`${at.name}-web-1 `);
	await first.keys('O', '3');
	await first.shows('NAME ▼');
	await first.keys('Left');
	await first.shows('▸');
	await first.keys('q');
	expect(await first.ended()).toBe(0);
	await first.close();
	const file = join(at.folder, 'remembered/.local/state/tsbox/dash.json');
	expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
		sort: {column: 'name', descending: true},
		tab: 'stats',
		folded: [at.name],
	});
	await using second = await dashboard(at, [], options);
	await second.shows('NAME ▼');
	await second.shows(`▸ ${at.name} `, `${at.name}-web-1  `);
	expect(await second.showsColoured(/\u001b\[[\d;]*m3 stats/)).not.toMatch(/\u001b\[1[\d;]*m1 logs/);
	await second.close();
	writeFileSync(file, '{"sort": 7, "tab": []');
	await using third = await dashboard(at, [], options);
	await third.shows('NAME ▲');
	await third.close();
});

test('colours are those of the theme, and none where none are wanted', async () => {
	await using dark = await dashboard(at, [], homeOf('dark'));
	expect(await dark.showsColoured(/\u001b\[92m● running/)).toMatch(colour);
	await dark.close();
	await using light = await dashboard(at, ['--theme', 'light'], homeOf('light'));
	await light.showsColoured(/\u001b\[32m● running/);
	await light.close();
	for (const [args, env] of [
		[['--theme', 'none'], {}],
		[[], {NO_COLOR: '1'}],
	] as const) {
		await using plain = await dashboard(at, args, homeOf('no-colour', env));
		await plain.shows('● running');
		expect(await plain.coloured()).not.toMatch(colour);
		await plain.keys('?');
		await plain.shows('keys (Esc leaves)');
		expect(await plain.coloured()).not.toMatch(colour);
		await plain.close();
	}
});

test('in a locale of ASCII no other character is shown, in any tab', async () => {
	await using screen = await dashboard(at, [], homeOf('ascii', {LANG: 'C'}));
	await goTo(screen, `${at.name}-web-1`, '>');
	for (const [tab, words] of [
		['1', 'up'],
		['2', 'started in'],
		['3', 'of 64 MiB'],
		['4', 'HOST'],
		['5', 'TARGET'],
		['6', 'interfaces'],
		['7', 'mem_limit'],
		['8', 'is running (pid'],
		['9', 'agree'],
		['?', 'Esc leaves'],
	] as const) {
		await screen.keys(tab);
		expect(await screen.shows(words)).toMatch(/^[\x20-\x7e\n]*$/);
	}
	await screen.close();
});

test('a key that is none is refused with the names that there are', async () => {
	const cwd = folder('wrong');
	writeFileSync(join(cwd, 'tsbox.config.yaml'), 'dash:\n  keys: {srot: x}\n');
	await using screen = await onScreen(at, `exec ${tsboxLine(at, ['dash'])}`, {...homeOf('wrong-home'), cwd});
	await screen.shows('did you mean sort?');
	expect(await screen.ended()).not.toBe(0);
	await screen.close();
});

test('options of the start filter, sort by the image, turn the order round, and leave out what ended well', async () => {
	const [other, last] = [join(at.folder, 'aaa.tar'), join(at.folder, 'zzz.tar')];
	for (const copy of [other, last]) copyFileSync(at.rootfs, copy);
	const spec = at.file(
		'images.yaml',
		`name: ${at.name}-images\nservices:\n  first:\n    rootfs: ${last}\n    ${sleeper}  second:\n    rootfs: ${other}\n    ${sleeper}  done:\n    rootfs: ${other}\n    command: ["true"]\n`,
	);
	await upInBackground(at, spec);
	const prefix = `${at.name}-images`;
	const order = async (...args: readonly string[]): Promise<readonly string[]> => {
		await using screen = await dashboard(at, ['-f', prefix, ...args], homeOf(`start${args.join('')}`));
		const text = await screen.shows(`${prefix}-first-1 `);
		await screen.close();
		return rowsInOrder(text, prefix);
	};
	// Both have the same image, and the name decides.
	expect(await order('-s', 'image')).toEqual(['done-1', 'second-1', 'first-1']);
	expect(await order('-s', 'image', '-r')).toEqual(['first-1', 'done-1', 'second-1']);
	expect(await order('-a', '-s', 'name')).toEqual(['first-1', 'second-1']);
	await at.tsbox(['down', '-t', '0', prefix]);
});
