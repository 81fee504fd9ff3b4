import {execFileSync, spawn} from 'node:child_process';
import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {type TestBox, testBox} from './box.ts';
import {linkOf, onTerminal} from './on-terminal.ts';
import {until} from './project.ts';
import {program} from '../support/program.ts';

/* `tsbox attach`: pipes, and a real terminal that script(1) makes. */

async function started(at: TestBox, body: string): Promise<void> {
	const up = await at.tsbox(['up', '-d', at.spec(body)]);
	expect(up.status === 0 ? '' : up.err).toBe('');
}

/** An attach that has begun to follow: what a container prints before is not shown. */
async function joined(pid: number | undefined): Promise<void> {
	await until('it follows the output', () =>
		readdirSync(`/proc/${pid}/fd`).some(fd => /\/logs\/.*\/stdout$/.test(linkOf(`/proc/${pid}/fd/${fd}`))),
	);
	await until('it waits for signals', () => (signalsCaughtBy(pid ?? 0) & 1n) !== 0n);
}

/** The mask of signals that have a handler; bit 0 is SIGHUP, which Node itself has none for. */
function signalsCaughtBy(pid: number): bigint {
	return BigInt(`0x${/SigCgt:\s+([0-9a-f]+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0'}`);
}

/** Whether what is typed there is passed on byte by byte. */
function isRaw(terminal: string): boolean {
	if (terminal === '') return false;
	return execFileSync('stty', ['-a', '-F', terminal], {encoding: 'utf8'}).includes('-icanon');
}

function words(at: TestBox, verb: string): string {
	return `${program} --store ${at.folder}/store --state ${at.folder}/state ${verb}`;
}

test('both streams as they are, and the exit status, whoever looks after it', async () => {
	await using at = await testBox();
	await started(
		at,
		`command: [sh, -c, "echo before; while ! test -e /go; do sleep 0.05; done; printf 'a\\\\377\\\\033[1mb'; echo wrong >&2; exit 7"]\n`,
	);
	const supervisor = JSON.parse((await at.tsbox(['inspect', '--json', at.name])).out) as unknown;
	expect(supervisor).toBeDefined();
	const first = at.start(['attach', at.name]);
	const second = at.start(['attach', '--no-stdin', at.name]);
	for (const {child} of [first, second]) await joined(child.pid);
	await at.tsbox(['exec', at.name, 'touch', '/go']);
	for (const {ended} of [first, second])
		expect(await ended).toEqual({status: 7, signal: null, out: 'a\u00ff\u001b[1mb', err: 'wrong\n'});
	await at.tsbox(['down', at.name]);
	expect(at.leftovers()).toEqual([]);
});

test('all that is printed arrives, through a pipe that is read slowly too', async () => {
	await using at = await testBox();
	await started(
		at,
		'command: [sh, -c, "while ! test -e /go; do sleep 0.05; done; i=0; while [ $$i -lt 50000 ]; do i=$$((i + 1)); echo line $$i; done"]\n',
	);
	const quick = at.start(['attach', at.name]);
	const slow = spawn('sh', ['-c', `${words(at, `attach ${at.name}`)} | { sleep 1; cat; }`], {
		cwd: at.folder,
		env: {PATH: process.env['PATH']},
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	let text = '';
	slow.stdout.setEncoding('utf8').on('data', (more: string) => (text += more));
	const over = new Promise(resolve => slow.once('close', resolve));
	await joined(quick.child.pid);
	await until('the slow one follows too', () =>
		readdirSync('/proc').some(pid => {
			try {
				const isOurs = readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`${at.folder}/state\0attach`);
				const fds = isOurs && Number(pid) !== quick.child.pid ? readdirSync(`/proc/${pid}/fd`) : [];
				return fds.some(fd => linkOf(`/proc/${pid}/fd/${fd}`).endsWith('/stdout'));
			} catch {
				return false;
			}
		}),
	);
	await at.tsbox(['exec', at.name, 'touch', '/go']);
	const all = Array.from({length: 50_000}, (_, i) => `line ${i + 1}\n`).join('');
	expect((await quick.ended).out).toBe(all);
	await over;
	expect(text).toBe(all);
	await at.tsbox(['down', at.name]);
});

test('what comes on standard input is read by the container, and its end is not', async () => {
	await using at = await testBox();
	await started(at, 'stdin_open: true\ncommand: [cat]\n');
	const input = Array.from({length: 40_000}, (_, i) => `line ${i}\n`).join('');
	const cat = at.start(['attach', at.name], {input});
	await cat.says('line 39999\n');
	expect((await at.tsbox(['kill', at.name])).status).toBe(0);
	const {status, out} = await cat.ended;
	expect(status).toBe(137);
	expect(out).toBe(input);
	await at.tsbox(['down', at.name]);
});

test('signals are passed on, but when they are not to be, or nobody obeys', async () => {
	await using at = await testBox();
	await started(at, "command: [sh, -c, \"trap 'echo got it' INT; trap 'exit 4' TERM; while :; do sleep 0.1; done\"]\n");
	const without = at.start(['attach', '--sig-proxy=false', at.name]);
	await joined(without.child.pid);
	without.child.kill('SIGINT');
	expect(await without.ended).toMatchObject({status: 130, out: '', err: `detached; ${at.name} keeps running\n`});
	const patient = at.start(['attach', at.name]);
	await joined(patient.child.pid);
	patient.child.kill('SIGINT');
	await patient.says('got it');
	patient.child.kill('SIGINT');
	await until(
		'it says it again',
		async () => (await at.tsbox(['logs', '--no-prefix', at.name])).out === 'got it\ngot it\n',
	);
	patient.child.kill('SIGINT');
	expect(await patient.ended).toMatchObject({status: 130, err: `detached; ${at.name} keeps running\n`});
	const closed = at.start(['attach', at.name]);
	await joined(closed.child.pid);
	closed.child.kill('SIGHUP');
	expect((await closed.ended).status).toBe(129);
	const last = at.start(['attach', at.name]);
	await joined(last.child.pid);
	last.child.kill('SIGTERM');
	expect((await last.ended).status).toBe(4);
	await at.tsbox(['down', at.name]);
	expect(at.leftovers()).toEqual([]);
});

test('`down` by somebody else is an end with a status', async () => {
	await using at = await testBox();
	await started(at, 'command: [sh, -c, "trap \'exit 5\' TERM; while :; do sleep 0.1; done"]\n');
	const attached = at.start(['attach', at.name]);
	await joined(attached.child.pid);
	await at.tsbox(['down', at.name]);
	expect(await attached.ended).toMatchObject({status: 5, err: ''});
	expect(at.leftovers()).toEqual([]);
});

test('without a supervisor the exit status is known as well', async () => {
	await using at = await testBox();
	await started(at, 'command: [sh, -c, "while ! test -e /go; do sleep 0.05; done; echo last; exit 9"]\n');
	const {supervisor} = JSON.parse((await at.tsbox(['inspect', '--json', at.name])).out) as {
		supervisor?: {pid: number} | null;
	};
	const pid = supervisor?.pid ?? pidOf(`${at.folder}/state\0supervise`);
	process.kill(pid, 'SIGKILL');
	await until('it is gone', () => !existsSync(`/proc/${pid}`));
	const attached = at.start(['attach', at.name]);
	await joined(attached.child.pid);
	await at.tsbox(['exec', at.name, 'touch', '/go']);
	expect(await attached.ended).toMatchObject({status: 9, out: 'last\n', err: ''});
	await at.tsbox(['down', at.name]);
	expect(at.leftovers()).toEqual([]);
});

function pidOf(words: string): number {
	const found = readdirSync('/proc').find(pid => {
		try {
			return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(words);
		} catch {
			return false;
		}
	});
	return Number(found ?? 0);
}

for (const starter of [undefined, 'mapped'] as const) {
	test(`on a terminal: a shell${starter === undefined ? '' : ' with a user namespace'}, its size, the detach keys, and the terminal as it was`, async () => {
		await using at = await testBox(starter);
		await started(at, 'tty: true\ncommand: [sh]\n');
		const screen = onTerminal(
			at,
			`sh -c 'stty rows 31 cols 97; stty -a > before; ${words(at, `attach ${at.name}`)}; echo status $?; stty -a > after'`,
		);
		await until('it is raw', () => isRaw(screen.terminal()));
		// A row more for a moment: that makes a program draw itself anew.
		await until('its size has come', async () => {
			screen.type('stty size\n');
			return /31 97\r+\n/.test(screen.shown());
		});
		execFileSync('stty', ['-F', screen.terminal(), 'rows', '44', 'cols', '120']);
		await until('the new size has come', async () => {
			screen.type('stty size\n');
			return /44 120\r+\n/.test(screen.shown());
		});
		// Ctrl-C is a byte for the container's own terminal, and ends the sleep alone.
		screen.type('sleep 1000; echo "<$((50 + 2))>"\n');
		await until('it sleeps', async () => (await at.tsbox(['top', at.name])).out.includes('sleep 1000'));
		screen.type('\u0003');
		await until('it sleeps no more', async () => !(await at.tsbox(['top', at.name])).out.includes('sleep 1000'));
		screen.type('\u0010');
		screen.type('\u0011');
		await screen.shows(`detached; ${at.name} keeps running`);
		expect(await screen.ended).toBe(0);
		expect(screen.shown()).toContain('status 0');
		const flags = (file: string): string => readFileSync(join(at.folder, file), 'utf8').replace(/^.*?; line/, 'line');
		expect(flags('after').replace('rows 44; columns 120', '')).toBe(flags('before').replace('rows 31; columns 97', ''));
		const again = onTerminal(at, words(at, `attach --detach-keys ctrl-x,d ${at.name}`));
		await until('it is raw again', () => isRaw(again.terminal()));
		again.type('echo "<$((60 + 2))>"\n');
		await again.shows('<62>');
		again.type('exit 6\n');
		expect(await again.ended).toBe(6);
		await at.tsbox(['down', at.name]);
		expect(at.leftovers()).toEqual([]);
	});
}

test('a terminal that is closed leaves the container running', async () => {
	await using at = await testBox();
	await started(at, 'tty: true\ncommand: [sh]\n');
	const screen = onTerminal(at, words(at, `attach ${at.name}`));
	await until('it is raw', () => isRaw(screen.terminal()));
	const pid = pidOf(`${at.folder}/state\0attach`);
	expect(pid).toBeGreaterThan(0);
	screen.child.kill('SIGKILL');
	await until('attach has ended', () => !existsSync(`/proc/${pid}`));
	expect((await at.tsbox(['ps', '-q'])).out).toBe(`${at.name}\n`);
	await at.tsbox(['down', '-t', '0', at.name]);
	expect(at.leftovers()).toEqual([]);
});

test('the keys of the configuration', async () => {
	await using at = await testBox();
	await started(at, 'tty: true\ncommand: [sh]\n');
	at.file('tsbox.config.yaml', 'detach_keys: "ctrl-a,q"\n');
	const screen = onTerminal(at, words(at, `attach ${at.name}`));
	await until('it is raw', () => isRaw(screen.terminal()));
	screen.type('\u0001q');
	expect(await screen.ended).toBe(0);
	at.file('tsbox.config.yaml', 'detach_keys: ctrl-1\n');
	expect((await at.tsbox(['attach', at.name])).err).toContain('`detach_keys` must be keys such as');
	at.file('tsbox.config.yaml', '{}\n');
	await at.tsbox(['down', '-t', '0', at.name]);
});

test('an ordinary user joins a container of their own', async () => {
	await using at = await testBox({uid: 61_242, gid: 61_242});
	await started(at, 'stdin_open: true\ncommand: [sh, -c, "read line; echo got $$line; exit 3"]\n');
	const attached = at.start(['attach', at.name], {input: 'this\n'});
	expect(await attached.ended).toMatchObject({status: 3, out: 'got this\n'});
	await at.tsbox(['down', at.name]);
	expect(at.leftovers()).toEqual([]);
});

test('what cannot be joined is refused with a reason', async () => {
	await using at = await testBox();
	expect(await at.tsbox(['attach'])).toMatchObject({status: 2});
	expect(await at.tsbox(['attach', '--detach-keys', 'ctrl-1', 'x'])).toMatchObject({
		status: 2,
		err: expect.stringContaining('--detach-keys must be keys such as'),
	});
	expect(await at.tsbox(['attach', '--sig-proxy=maybe', 'x'])).toMatchObject({status: 2});
	expect((await at.tsbox(['attach', at.name])).err).toContain(`there is no container named ${at.name}`);
	const foreground = at.start(['up', at.spec('command: [sh, -c, "echo is up; exec sleep 1000"]\n')]);
	await foreground.says('is up');
	const refused = await at.tsbox(['attach', at.name]);
	expect(refused.status).toBe(2);
	expect(refused.err).toContain(`${at.name} runs in the foreground`);
	await at.tsbox(['down', '-t', '0', at.name]);
	await foreground.ended;
	await started(at, 'command: [sleep, "1000"]\n');
	await at.tsbox(['pause', at.name]);
	expect((await at.tsbox(['attach', at.name])).err).toContain('is paused');
	await at.tsbox(['unpause', at.name]);
	await at.tsbox(['stop', '-t', '0', at.name]);
	expect((await at.tsbox(['attach', at.name])).err).toContain('is not running');
	await at.tsbox(['down', at.name]);
	expect(at.leftovers()).toEqual([]);
});

test.each(['run', 'exec', 'attach'])(
	'%s: line feeds of a program that draws go down, not to the beginning of the line',
	async verb => {
		await using at = await testBox();
		const draws = "stty raw -echo; while ! test -e /go; do printf 'abc\\\\012def'; sleep 0.05; done";
		const body = `tty: true\ncommand: [sh, -c, "${verb === 'exec' ? 'sleep 1000' : draws}"]\n`;
		if (verb !== 'run') await started(at, body);
		const line =
			{run: `run ${at.spec(body)}`, exec: `exec -t ${at.name} sh -c "${draws}"`, attach: `attach ${at.name}`}[verb] ??
			'';
		const screen = onTerminal(at, `sh -c '${words(at, line).replaceAll("'", `'\\''`)}; stty -a'`);
		await screen.shows(/abc\r*\ndef/);
		expect(screen.shown()).not.toContain('abc\r');
		await at.tsbox(['exec', at.name, 'touch', '/go']);
		await screen.shows(/ onlcr\b/);
		expect(screen.shown()).toMatch(/[^-]opost\b/);
		expect(await screen.ended).toBe(0);
		await at.tsbox(['down', '-t', '0', at.name]);
		expect(at.leftovers()).toEqual([]);
	},
);
