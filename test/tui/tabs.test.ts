import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {type TestBox, testBox} from '../system/box.ts';
import {project, rows, until} from '../system/project.ts';
import {dashboard, leave, upInBackground} from './dashboard.ts';
import {detailOf, goTo} from './seen.ts';
import type {TmuxScreen} from './tmux.ts';

/* The tabs of the dashboard, held against what other commands, /proc and the cgroup say of the same container. */

const waits = "trap 'exit 0' TERM; while :; do sleep 0.1; done";
let at: TestBox;

beforeAll(async () => {
	at = await testBox();
	const spec = project(at, {
		db: `command: [sh, -c, "echo db begins; echo db complains >&2; ${waits}"]\n`,
		web: `command: [sh, -c, "for i in $$(seq 60); do echo web line $$i; done; printf 'far%0300d\\\\n' 7; ${waits}"]\nmem_limit: 64m\nvolumes: [/etc/hosts:/hosts:ro]\n`,
	});
	await upInBackground(at, spec);
	await until('all is printed', async () => /far0+7\n/.test((await at.tsbox(['logs', `${at.name}-web-1`])).out));
});

afterAll(() => leave(at));

/** The dashboard with the cursor on a container, and a tab of its. */
async function tabOf(service: string, tab: string, size = {columns: 160, rows: 40}): Promise<TmuxScreen> {
	const screen = await dashboard(at, [], size);
	await goTo(screen, `${at.name}-${service}-1`);
	await screen.keys(tab, 'Enter');
	await screen.shows(' back ');
	return screen;
}

async function prompted(screen: TmuxScreen, key: string, title: string, text: string): Promise<void> {
	await screen.keys(key);
	await screen.shows(title);
	await screen.keys('C-u');
	await screen.type(text);
	await screen.shows(`> ${text}`);
	await screen.keys('Enter');
	// The border of the question is gone.
	await screen.shows('', '╭');
}

async function pidOf(service: string): Promise<number> {
	return (await rows(at))[service]?.pid ?? 0;
}

/** The file of the cgroup that holds the limit of memory. */
function memoryLimitFile(name: string): string {
	const v1 = `/sys/fs/cgroup/memory/tsbox/${name}/memory.limit_in_bytes`;
	return existsSync(v1) ? v1 : `/sys/fs/cgroup/tsbox/${name}/memory.max`;
}

test('the log is followed, and what is printed then is shown', async () => {
	await using screen = await tabOf('web', '1');
	await screen.shows(/following, lines \d+-61 of 61/);
	await at.tsbox(['exec', `${at.name}-web-1`, '--', 'sh', '-c', 'echo fresh from web > /proc/1/fd/1']);
	await screen.shows(/following, lines \d+-62 of 62/);
	expect(detailOf(await screen.screen())).toContain('fresh from web');
	await screen.keys('Home');
	expect(detailOf(await screen.shows(/│ lines 1-\d+ of 62/, 'following'))).toContain('web line 1\n');
	await screen.keys('f');
	await screen.shows(/following, lines \d+-62 of 62/);
	await screen.close();
});

test('what is searched for is marked, and the next and the one before are gone to', async () => {
	await using screen = await tabOf('web', '1');
	await screen.keys('Home');
	await prompted(screen, '/', 'search', 'line 3');
	await screen.shows(/match 1 of 11|1 of 11/);
	expect(await screen.showsColoured(/\u001b\[7mline 3/)).not.toMatch(/\u001b\[7mline 2/);
	const found = async (line: number): Promise<string> =>
		detailOf(await screen.shows(new RegExp(`^ >  +web line ${line}$`, 'm')));
	expect(await found(3)).toContain('>');
	await screen.keys('n');
	expect(await found(30)).toContain('web line 31');
	await screen.keys('N', 'N');
	await screen.shows('from the end again');
	expect(await found(39)).toContain('web line 38');
	await prompted(screen, '/', 'search', '/LINE 1\\d/');
	await screen.shows('is in no line');
	await prompted(screen, '/', 'search', '/(/');
	await screen.shows('the search cannot be read');
	await screen.close();
});

test('a filter shows its lines alone, and they are what is saved', async () => {
	await using screen = await tabOf('web', '1');
	await prompted(screen, '&', 'show only lines with', '/line [1-5]$/');
	expect(
		detailOf(await screen.shows('lines 1-5 of 5'))
			.trimEnd()
			.split('\n')
			.map(line => line.trim()),
	).toEqual([1, 2, 3, 4, 5].map(number => `web line ${number}`));
	const file = join(at.folder, 'some.log');
	await prompted(screen, 's', 'save to', file);
	await screen.shows('saved 5 lines');
	expect(readFileSync(file, 'utf8')).toBe('web line 1\nweb line 2\nweb line 3\nweb line 4\nweb line 5\n');
	await prompted(screen, 's', 'save to', file);
	await screen.shows('EEXIST');
	await prompted(screen, '&', 'show only lines with', '');
	await screen.shows(/of 6[12]/);
	await prompted(screen, 's', 'save to', 'all.log');
	await screen.shows(/saved 6[12] lines/);
	// The working folder of the dashboard is the test's.
	expect(readFileSync(join(at.folder, 'all.log'), 'utf8')).toBe(
		(await at.tsbox(['logs', `${at.name}-web-1`])).out.replaceAll(/^web \| /gm, ''),
	);
	await screen.close();
});

test('long lines wrap or are moved sideways, and each line has its time', async () => {
	await using screen = await tabOf('web', '1', {columns: 170, rows: 40});
	await prompted(screen, '&', 'show only lines with', 'far');
	await screen.shows(/far0+…?$/m);
	await screen.keys('w');
	await screen.shows(/^ *0+7$/m);
	expect(detailOf(await screen.screen()).replaceAll(/\s/g, '')).toBe(`far${'0'.repeat(299)}7`);
	await screen.keys('w');
	await screen.shows(/far0+/, /0+7$/m);
	for (let n = 0; n < 12; n++) await screen.keys('Right');
	await screen.shows(/^ *0+7$/m, 'far0');
	await screen.shows('from column 193');
	for (let n = 0; n < 12; n++) await screen.keys('Left');
	await screen.shows('far0', 'from column');
	await screen.keys('t');
	await screen.shows(/^ +\d\d:\d\d:\d\d\.\d{3} +far0/m);
	await screen.keys('t');
	await screen.shows(/^ +far0/m);
	await screen.close();
});

test('one jumps to a time', async () => {
	await using screen = await tabOf('web', '1');
	await prompted(screen, 'T', 'jump to', '1h');
	await screen.shows(/│ lines 1-\d+ of/, 'following');
	await prompted(screen, 'T', 'jump to', '2099-01-01T00:00');
	await screen.shows('no line came so late');
	await prompted(screen, 'T', 'jump to', 'soon');
	expect(await screen.shows('soon is no time')).toContain('2026-01-31T12:00');
	await screen.close();
});

test('a project shows the lines of all its services as they came, with whose they are', async () => {
	await using screen = await dashboard(at, [], {columns: 120, rows: 100});
	await screen.keys('1');
	await screen.shows(/^▶ ▾/m);
	const text = await screen.shows(/db +\|/);
	expect(text).toMatch(/^ +db +\| {3}db begins$/m);
	expect(text).toMatch(/^ +db +\| E db complains$/m);
	expect(text).toMatch(/^ +web +\| {3}web line \d+$/m);
	await screen.close();
});

test('the plan has each step that the start had, and the command of one is copied', async () => {
	await using screen = await tabOf('web', '2', {columns: 170, rows: 140});
	await screen.shows('✔ started in');
	const report = JSON.parse(
		readFileSync(join(at.folder, 'state/containers', `${at.name}-web-1`, 'start.json'), 'utf8'),
	) as {
		plan: {steps: readonly {title: string}[]};
	};
	const text = detailOf(await screen.screen());
	expect(report.plan.steps.length).toBeGreaterThan(10);
	expect(report.plan.steps.map(({title}) => title).filter(title => !text.includes(title))).toEqual([]);
	await screen.keys('y');
	await screen.shows('✔ copied');
	const first = await screen.clipboard();
	// Without how it is broken into lines; a long one is cut on the screen.
	const squeezed = (command: string): string => command.replaceAll(/\s+\\?\s*/g, '').slice(0, 80);
	expect(squeezed(first).length).toBeGreaterThan(10);
	expect(text.replaceAll(/\s+\\?\s*/g, '')).toContain(`host#${squeezed(first)}`);
	await screen.keys('Down');
	await screen.keys('y');
	await until('another command is copied', async () => ![first, ''].includes(await screen.clipboard()));
	await screen.keys('f');
	await screen.shows(/✔ rootfs|✔ cgroup/);
	await screen.close();
});

test('the plots have axes and what is used now', async () => {
	await using screen = await tabOf('web', '3', {columns: 160, rows: 50});
	const text = detailOf(await screen.shows(/KiB of 64 MiB \(|MiB of 64 MiB \(/));
	for (const words of ['cpu', 'memory', 'network', 'block', 'of one processor', 'received', 'written'])
		expect(text).toContain(words);
	expect(text).toMatch(/0 %|0 B/);
	await screen.keys('+');
	await screen.shows(/5 min/);
	await screen.keys('-');
	await screen.shows(/1 min|60 s/);
	await screen.close();
});

test('the processes are those of top', async () => {
	await using screen = await tabOf('web', '4');
	const pids = JSON.parse((await at.tsbox(['top', '--json', `${at.name}-web-1`])).out) as readonly {pid: number}[];
	const text = detailOf(await screen.shows(/PID +HOST/));
	// The sleep of its loop is another every time: the first process alone stays.
	expect(pids.length).toBeGreaterThan(0);
	expect(text).toMatch(new RegExp(`^ *1 +${await pidOf('web')} +0 `, 'm'));
	expect(pids.map(({pid}) => pid)).toContain(await pidOf('web'));
	await screen.close();
});

test('the mounts are those that the kernel has', async () => {
	await using screen = await tabOf('web', '5', {columns: 170, rows: 60});
	const text = detailOf(await screen.shows('each made by a step of the plan'));
	const mounted = readFileSync(`/proc/${await pidOf('web')}/mountinfo`, 'utf8')
		.trimEnd()
		.split('\n')
		.map(line => line.split(' ')[4] ?? '');
	const shown = text
		.split('\n')
		.slice(2)
		.flatMap(line => /^(\/\S*)/.exec(line.trim())?.[1] ?? []);
	expect(shown.toSorted()).toEqual(mounted.toSorted());
	expect(shown).toContain('/hosts');
	await screen.close();
});

test('the network has its loopback and nothing else', async () => {
	await using screen = await tabOf('web', '6');
	const text = detailOf(await screen.shows('a network of its own'));
	expect(text).toMatch(/^ *lo +127\.0\.0\.1/m);
	expect(text).not.toMatch(/^ *eth/m);
	expect(text).toContain('no socket listens');
	await screen.close();
});

test('the configuration says from which line a value is', async () => {
	await using screen = await tabOf('web', '7');
	const line =
		readFileSync(join(at.folder, 'shop.yaml'), 'utf8')
			.split('\n')
			.findIndex(text => text.includes('mem_limit')) + 1;
	await screen.shows(new RegExp(`mem_limit +64m +shop\\.yaml:${line}:`, 'i'));
	await screen.keys('/');
	await screen.shows('show keys and values with');
	await screen.type('mem_l');
	expect(detailOf(await screen.shows(/1 of \d+ values with "mem_l"/))).not.toContain('hostname');
	await screen.keys('Escape');
	await screen.shows('read_only', 'show keys');
	await screen.close();
});

test('the events are those of the project, of a container its own', async () => {
	await using screen = await tabOf('web', '8');
	const text = detailOf(await screen.shows(`✔ web is running (pid ${await pidOf('web')})`));
	expect(text).not.toContain('db is running');
	await screen.close();
});

test('drift is named once something else than the plan changed a limit', async () => {
	const limit = memoryLimitFile(`${at.name}-web-1`);
	await using screen = await tabOf('web', '9');
	await screen.shows(/✔ all \d+ checks agree/);
	writeFileSync(limit, String(48 * 2 ** 20));
	await screen.keys('r');
	const text = detailOf(await screen.shows(/✘ 1 of \d+ checks no longer agrees/));
	expect(text).toContain(String(48 * 2 ** 20));
	expect((await at.tsbox(['drift', `${at.name}-web-1`])).status).not.toBe(0);
	writeFileSync(limit, String(64 * 2 ** 20));
	await screen.keys('r');
	await screen.shows(/✔ all \d+ checks agree/);
	await screen.close();
});
