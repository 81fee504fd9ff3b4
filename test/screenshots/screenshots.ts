import {execFileSync, spawnSync} from 'node:child_process';
import {cpSync, mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {busyboxFixture} from '../../fixtures/busybox.ts';
import {type TmuxScreen, tmuxScreen} from '../tui/tmux.ts';

/*
 * npm run screenshots [-- first-run]: the pictures of docs/screenshots, of real containers in a real terminal; or that of the README
 * alone. Needs root, tmux(1), busybox and Debian's python3-rich.
 */

const project = join(import.meta.dirname, '../..');
const pictures = join(project, 'docs/screenshots');
/** Its path is seen in the pictures, so it is always the same one. */
const folder = '/tmp/shop';
const [columns, rows] = [132, 36];
const firstRun = {columns: 112, rows: 46};
/** The plots look back a minute. */
const plottedMs = 45_000;

const words = [join(project, 'bin/tsbox'), '--store', join(folder, 'store'), '--state', join(folder, 'state')];

function tsbox(...args: readonly string[]): string {
	const [name = '', ...rest] = [...words, ...args];
	return execFileSync(name, rest, {cwd: folder, encoding: 'utf8'});
}

/** Somebody changes what a container was started with: its memory limit, and its hostname. */
function meddle(container: string): void {
	const all = JSON.parse(tsbox('ps', '--json')) as readonly {readonly name: string; readonly pid: number}[];
	const pid = all.find(({name}) => name === container)?.pid;
	const groups = readFileSync(`/proc/${pid}/cgroup`, 'utf8');
	const [, v1] = /:memory:(.*)/.exec(groups) ?? [];
	const [, v2 = ''] = /^0::(.*)/m.exec(groups) ?? [];
	if (v1 === undefined) writeFileSync(`/sys/fs/cgroup${v2}/memory.max`, '83886080');
	else writeFileSync(`/sys/fs/cgroup/memory${v1}/memory.limit_in_bytes`, '83886080');
	execFileSync('nsenter', ['-t', String(pid), '-u', 'hostname', 'db-old']);
}

/** Writes what is on a screen as a picture; with the seconds after which each row is shown, as one that moves. */
function draw(name: string, screen: string, title = 'tsbox dash', times?: readonly number[]): void {
	const timed = times === undefined ? [] : [times.join(',')];
	const {status, stdout, stderr} = spawnSync(
		'/usr/bin/python3',
		[
			join(import.meta.dirname, 'render-svg.py'),
			name,
			title,
			String(times === undefined ? columns : firstRun.columns),
			...timed,
		],
		{input: screen, encoding: 'utf8'},
	);
	if (status !== 0) throw new Error(stderr);
	writeFileSync(join(pictures, `${name}.svg`), stdout);
	console.log(`docs/screenshots/${name}.svg`);
}

const pause = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms));

/** The screen while a container of the later ones starts, its steps in sight; a start takes a tenth of a second. */
async function starting(screen: TmuxScreen): Promise<string> {
	for (;;) {
		const [plain, shown] = [await screen.screen(), await screen.coloured()];
		if (/db +running, healthy/.test(plain) && /starting [^]*✔ rootfs [^]*namespaces/.test(plain)) return shown;
		if (/web +running/.test(plain)) throw new Error('nothing was seen starting; try again');
	}
}

async function takeAll(): Promise<void> {
	await using screen = await tmuxScreen(`exec ${words.join(' ')} up --dash shop.yaml`, {
		columns,
		rows,
		cwd: folder,
		env: {HOME: join(folder, 'home'), TERM: 'xterm-256color'},
	});
	const take = async (name: string): Promise<void> => {
		// What a key has changed is drawn within a frame, what is asked of the kernel within a few.
		await pause(1500);
		draw(name, await screen.coloured());
	};
	draw('up', await starting(screen), 'tsbox up --dash');
	await screen.shows(/shop-web-1 .*healthy/);
	// The filter that shows the project alone.
	await screen.keys('Escape');
	await pause(plottedMs);
	await take('overview');
	await screen.keys('j', '3');
	await take('stats');
	await screen.keys('2', 'Tab', 'j', 'j', 'j', 'j', 'j');
	await take('plan');
	await screen.keys('Escape');
	meddle('shop-db-1');
	await screen.keys('j', 'j', '9');
	await screen.shows(/reads/);
	await take('drift');
	await screen.keys('1', ':');
	await screen.shows('do, or go to');
	await screen.type('sto');
	await take('palette');
	await screen.keys('Escape', 'q');
}

/** The first run of the README: a spec, and its start; rows come as they came on the terminal, typing left out. */
async function takeFirstRun(): Promise<void> {
	mkdirSync(join(folder, 'readonlyfiles'));
	cpSync(join(folder, 'shop.tar'), join(folder, 'rootfs.tar'));
	writeFileSync(join(folder, 'readonlyfiles/hi.txt'), 'hi\n');
	writeFileSync(
		join(folder, 'box.yaml'),
		`rootfs: ./rootfs.tar
hostname: demo
mem_limit: 100m
volumes:
  - ./readonlyfiles:/var/readonlyfiles:ro
command: [sh, -c, "hostname; cat /var/readonlyfiles/hi.txt; echo no > /var/readonlyfiles/hi.txt"]
`,
	);
	await using screen = await tmuxScreen('exec sh', {
		...firstRun,
		cwd: folder,
		env: {HOME: join(folder, 'home'), PS1: '# ', PATH: `${project}/bin:${process.env['PATH']}`},
	});
	const [began, seen] = [Date.now(), new Map<number, readonly [string, number]>()];
	const look = async (): Promise<readonly string[]> => {
		const rows = (await screen.coloured()).trimEnd().split('\n');
		for (const [row, text] of rows.entries())
			if (seen.get(row)?.[0] !== text) seen.set(row, [text, (Date.now() - began) / 1000]);
		return rows;
	};
	const typed = async (line: string, done: RegExp): Promise<readonly string[]> => {
		await screen.type(line);
		await pause(700);
		await screen.keys('Enter');
		for (;;) {
			const rows = await look();
			if (done.test(rows.join('\n'))) return rows;
		}
	};
	await screen.shows(/^#/);
	await typed('cat box.yaml', /command:[^]*\n# ?$/);
	await pause(1500);
	const rows = await typed('tsbox up --plain box.yaml', /exited with status[^]*\n# ?$/);
	const shown = rows.slice(0, -1);
	draw(
		'first-run',
		shown.join('\n'),
		'tsbox up',
		shown.map((_, row) => seen.get(row)?.[1] ?? 0),
	);
}

mkdirSync(folder);
try {
	mkdirSync(pictures, {recursive: true});
	mkdirSync(join(folder, 'home'));
	cpSync(join(import.meta.dirname, 'shop.yaml'), join(folder, 'shop.yaml'));
	writeFileSync(
		join(folder, 'tsbox.config.yaml'),
		`store: ${folder}/store\nstate: ${folder}/state\n` +
			'dash: {columns: [name, state, health, restarts, cpu, memory, pids, uptime, ports, command]}\n',
	);
	cpSync(await busyboxFixture(), join(folder, 'shop.tar'));
	await takeFirstRun();
	if (!process.argv.includes('first-run')) await takeAll();
} finally {
	spawnSync(words[0] ?? '', [...words.slice(1), 'down', '-v', '-t', '0', 'shop'], {stdio: 'ignore'});
	rmSync(folder, {recursive: true, force: true});
}
