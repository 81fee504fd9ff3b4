import {execFileSync} from 'node:child_process';
import {appendFileSync} from 'node:fs';
import {describe, expect, test} from 'vitest';
import {type TestBox, testBox} from './box.ts';
import {onTerminal} from './on-terminal.ts';
import {project, rows, sleeper, until} from './project.ts';
import {program} from '../support/program.ts';

/* `up` of several services in the foreground: their output, signals, ends, and that nothing stays. */

/** Runs until it is asked to stop, and has a last word. */
const polite = (word: string): string =>
	`command: [sh, -c, "trap 'echo bye from ${word}; exit 0' TERM; echo ${word} is up; while :; do sleep 0.1; done"]\n`;
/** Cannot be asked. */
const deaf = 'command: [sh, -c, "trap \'\' TERM; echo deaf; while :; do sleep 0.1; done"]\nstop_grace_period: 10m\n';

/** The modes of a terminal: ` icanon`, `-icanon`. */
function modeOf(terminal: string): string {
	return terminal === '' ? ' icanon' : execFileSync('stty', ['-a', '-F', terminal], {encoding: 'utf8'});
}

/** The lines of a text in the order in which these come. */
function those(text: string, wanted: readonly string[]): readonly string[] {
	return text
		.split('\n')
		.map(line => line.replace(/ \(pid \d+\)/, ''))
		.filter(line => wanted.includes(line));
}

test('lines of all with their names, in the order of depends_on, until all have ended', async () => {
	await using at = await testBox();
	const spec = project(at, {
		web: 'command: [sh, -c, "echo one; echo two >&2; printf end"]\ndepends_on: {job: {condition: service_completed_successfully}}\n',
		job: 'command: [sh, -c, "echo the job"]\n',
	});
	const {status, out, err} = await at.tsbox(['up', spec]);
	expect({status, out}).toEqual({status: 0, out: 'job | the job\nweb | one\nweb | end\n'});
	expect(err).toContain('web | two\n');
	const order = ['job is running', 'job exited with status 0', 'web is running', 'web exited with status 0'];
	expect(those(err, order)).toEqual(order);
	expect(at.leftovers()).toEqual([]);
});

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
	'%s stops them, dependents first, shows their last words, and leaves nothing',
	async signal => {
		await using at = await testBox();
		const spec = project(at, {web: `${polite('web')}depends_on: [db]\n`, db: polite('db')});
		const run = at.start(['up', spec]);
		await run.says('web is up');
		run.child.kill(signal);
		const {status, out, err} = await run.ended;
		expect(status).toBe({SIGINT: 130, SIGTERM: 143, SIGHUP: 129}[signal]);
		expect(out).toContain('web | bye from web\n');
		expect(out).toContain('db  | bye from db\n');
		const order = [
			'stopping; press Ctrl-C again to kill',
			'web exited with status 0',
			'stopping db with SIGTERM (killed after 10 s)',
		];
		expect(those(err, order)).toEqual(order);
		expect(at.leftovers()).toEqual([]);
	},
);

test('a SIGHUP that was ignored when it was started, as under nohup, stays ignored', async () => {
	await using at = await testBox({uid: 0, gid: 0, through: ['nohup']});
	// As the bash that started nohup would set it.
	const env = {_: '/usr/bin/nohup'};
	const run = at.start(['up', project(at, {web: polite('web'), db: polite('db')})], {env});
	await run.says('web is up');
	run.child.kill('SIGHUP');
	run.child.kill('SIGTERM');
	const {status, out} = await run.ended;
	expect(status).toBe(143);
	expect(out).toContain('bye from web');
	expect(at.leftovers()).toEqual([]);
});

test('a second signal kills one that does not listen', async () => {
	await using at = await testBox();
	const run = at.start(['up', project(at, {web: deaf, db: sleeper})]);
	await run.says('web | deaf');
	run.child.kill('SIGINT');
	await run.says('stopping web with SIGTERM');
	run.child.kill('SIGINT');
	const {status, err} = await run.ended;
	expect(status).toBe(130);
	expect(err).toContain('web exited with status 137');
	expect(at.leftovers()).toEqual([]);
});

test('a signal while one waits for another starts nothing more', async () => {
	await using at = await testBox();
	const spec = project(at, {
		web: `${polite('web')}depends_on: {db: {condition: service_healthy}}\n`,
		db: `${polite('db')}healthcheck: {test: [CMD, "false"], interval: 50ms, retries: 100000}\n`,
	});
	const run = at.start(['up', spec]);
	await run.says('db is up');
	run.child.kill('SIGINT');
	const {status, out, err} = await run.ended;
	expect({status, out}).toEqual({status: 130, out: 'db  | db is up\ndb  | bye from db\n'});
	expect(err).not.toContain('web is running');
	expect(at.leftovers()).toEqual([]);
});

describe('exit status', () => {
	const fails = 'command: [sh, -c, "sleep 0.2; exit 3"]\n';
	const quick = 'command: ["true"]\n';
	const stops = 'a has exited; stopping all containers';
	const never = `${sleeper}healthcheck: {test: [CMD, "false"], interval: 10s, retries: 1000}\n`;
	test.each<[string, readonly string[], Readonly<Record<string, string>>, number, string]>([
		['that of the first that failed', [], {a: quick, b: fails}, 3, 'b exited with status 3'],
		['0 where none did', [], {a: quick, b: quick}, 0, 'b exited with status 0'],
		['1 where one did not start', [], {a: quick, b: 'command: [/no/such]\n'}, 1, 'b did not start'],
		['that of the first that ended', ['--abort-on-container-exit'], {a: quick, b: sleeper}, 0, stops],
		[
			'that of the first that is not started again',
			['--abort-on-container-exit'],
			{a: `${fails}restart: on-failure:1\n`, b: sleeper},
			3,
			'(restart 1)',
		],
		[
			'that of the service that is asked about',
			['--exit-code-from', 'b'],
			{a: `${quick}depends_on: [b]\n`, b: deaf.replace('10m', '0s')},
			137,
			stops,
		],
		[
			'1 where that one was never there',
			['--exit-code-from', 'b'],
			{a: quick, b: `${sleeper}depends_on: {c: {condition: service_healthy}}\n`, c: never},
			1,
			stops,
		],
	])('%s', async (_, options, services, expected, said) => {
		await using at = await testBox();
		const {status, err} = await at.tsbox(['up', ...options, project(at, services)]);
		expect({status, err: status === expected ? '' : err}).toEqual({status: expected, err: ''});
		expect(err).toContain(said);
		expect(at.leftovers()).toEqual([]);
	});
});

test('of a flood, and of what comes beside it, no line is lost', async () => {
	await using at = await testBox();
	const lines = 300_000;
	const spec = project(at, {
		flood: `command: [seq, "${lines}"]\n`,
		other: 'command: [sh, -c, "for i in $$(seq 200); do echo line $$i; done"]\n',
	});
	const {status, out} = await at.tsbox(['up', '--no-log-prefix', spec]);
	expect(status).toBe(0);
	const [flood, other] = [/^\d+$/, /^line /].map(kind => out.split('\n').filter(line => kind.test(line)));
	expect(flood).toEqual(Array.from({length: lines}, (__, n) => String(n + 1)));
	expect(other).toHaveLength(200);
	expect(at.leftovers()).toEqual([]);
});

test('a flood that never ends can be ended', async () => {
	await using at = await testBox();
	const spec = project(at, {
		flood:
			'command: [seq, "1000000000000"]\nstop_grace_period: 0s\nlogging: {options: {max-size: 1m, max-file: "2"}}\n',
		other: polite('other'),
	});
	const run = at.start(['up', '--no-attach', 'flood', spec]);
	for (const word of ['other is up', 'flood is running', 'other is running']) await run.says(word);
	const loud = at.start(['up', spec]);
	await loud.says('flood | ');
	loud.child.kill('SIGINT');
	expect((await loud.ended).status).toBe(130);
	expect((await run.ended).out).toBe('other | other is up\nother | bye from other\n');
	expect(at.leftovers()).toEqual([]);
});

test('what ran before is joined, stopped too, and stays as stop leaves it', async () => {
	await using at = await testBox();
	const spec = project(at, {old: polite('old'), made: polite('made'), aside: polite('aside')});
	await at.tsbox(['up', '-d', spec, 'old', 'aside']);
	const run = at.start(['up', '--abort-on-container-exit', spec, 'old', 'made']);
	await run.says('made is up');
	await run.says('old is up to date');
	// No affair of this command.
	await at.tsbox(['stop', at.name, 'aside']);
	run.child.kill('SIGTERM');
	const {status, out, err} = await run.ended;
	expect({status, err: err.includes('aside') ? err : ''}).toEqual({status: 143, err: ''});
	// What it printed before is for `logs`.
	expect(out.split('\n').toSorted()).toEqual([
		'',
		'made  | bye from made',
		'made  | made is up',
		'old   | bye from old',
	]);
	expect(await rows(at)).toMatchObject({old: {state: 'exited', exitCode: 0}, aside: {state: 'exited'}});
	expect(Object.keys(await rows(at)).toSorted()).toEqual(['aside', 'old']);
	await at.tsbox(['down', at.name]);
	expect(at.leftovers()).toEqual([]);
});

async function supervisor(at: TestBox): Promise<number> {
	const {out} = await at.tsbox(['inspect', '--json', at.name]);
	return (JSON.parse(out) as {supervisor: {pid: number} | null}).supervisor?.pid ?? 0;
}

test('another supervisor takes over, and the command stays', async () => {
	await using at = await testBox();
	const run = at.start(['up', project(at, {web: polite('web'), db: polite('db')})]);
	for (const word of ['web is up', 'db is up', 'web is running', 'db is running']) await run.says(word);
	const before = await supervisor(at);
	process.kill(before, 'SIGKILL');
	await until('another one looks after them', async () => ![0, before].includes(await supervisor(at)));
	run.child.kill('SIGINT');
	const {status, out} = await run.ended;
	expect(status).toBe(130);
	expect(out).toContain('bye from web');
	expect(out).toContain('bye from db');
	expect(at.leftovers()).toEqual([]);
});

test('when the command itself is killed they go on, until down', async () => {
	await using at = await testBox();
	const run = at.start(['up', project(at, {web: polite('web'), db: polite('db')})]);
	for (const word of ['web is running', 'db is running']) await run.says(word);
	run.child.kill('SIGKILL');
	await run.ended;
	expect(await rows(at)).toMatchObject({web: {state: 'running'}, db: {state: 'running'}});
	expect((await at.tsbox(['down', at.name])).status).toBe(0);
	expect(at.leftovers()).toEqual([]);
});

test('down from elsewhere ends the command', async () => {
	await using at = await testBox();
	const run = at.start(['up', project(at, {web: polite('web'), db: polite('db')})]);
	for (const word of ['web is running', 'db is running']) await run.says(word);
	expect((await at.tsbox(['down', at.name])).status).toBe(0);
	const {status, out} = await run.ended;
	expect(status).toBe(0);
	expect(out).toContain('bye from db');
	expect(at.leftovers()).toEqual([]);
});

test('several containers of one service, on a terminal with colours and Ctrl-C', async () => {
	await using at = await testBox();
	const spec = project(at, {web: polite('it')});
	const words = `${program} --store ${at.folder}/store --state ${at.folder}/state up --scale web=2 ${spec}`;
	const screen = onTerminal(at, words);
	for (const line of ['\u001b[36mweb   | \u001b[0mit is up', '\u001b[33mweb-2 | \u001b[0mit is up'])
		await screen.shows(line);
	screen.type('\u0003');
	expect(await screen.ended).toBe(130);
	expect(screen.shown().match(/bye from it/g)).toHaveLength(2);
	expect(at.leftovers()).toEqual([]);
});

test('the detach keys leave all running in the background; other keys, Ctrl-C and the terminal are as before', async () => {
	await using at = await testBox();
	const spec = project(at, {web: polite('web'), db: polite('db')});
	const words = `${program} --store ${at.folder}/store --state ${at.folder}/state up ${spec}`;
	const screen = onTerminal(at, `stty -a; ${words}; echo "status $?"; stty -a`);
	await screen.shows('web is up');
	await screen.shows('db is up');
	await until('the keys are read', () => !modeOf(screen.terminal()).includes(' icanon'));
	screen.type('x\r\u0010\u0011');
	await screen.shows(`${at.name} keeps running in the background; \`tsbox logs -f ${at.name}\` shows its output`);
	expect(await screen.ended).toBe(0);
	expect(screen.shown()).toContain('status 0');
	expect(screen.shown()).not.toContain('stopping');
	const modes = screen.shown().match(/-?ignbrk[^]*?-?extproc/g) ?? [];
	expect(modes).toHaveLength(2);
	expect(modes[1]).toBe(modes[0]);
	expect(Object.values(await rows(at)).map(({state}) => state)).toEqual(['running', 'running']);
	// Joined again, Ctrl-C is a signal still.
	const again = onTerminal(at, words);
	await until('the keys are read', () => !modeOf(again.terminal()).includes(' icanon'));
	again.type('\u0003');
	expect(await again.ended).toBe(130);
	await at.tsbox(['down', at.name]);
	expect(at.leftovers()).toEqual([]);
});

test('a reader that goes away ends it, and named volumes stay', async () => {
	await using at = await testBox();
	const spec = project(at, {
		web: `${polite('web')}volumes: [data:/data]\n`,
		chatty: 'command: [sh, -c, "while :; do echo line; done"]\nstop_grace_period: 0s\n',
	});
	appendFileSync(spec, 'volumes: {data: {}}\n');
	const run = at.start(['up', spec]);
	await run.says('web is up');
	run.child.stdout?.destroy();
	const {status, err} = await run.ended;
	expect(status).toBe(141);
	expect(err).toContain('web exited with status 0');
	expect((await at.tsbox(['volume', 'ls', '-q'])).out).toBe(`${at.name}_data\n`);
	expect((await at.tsbox(['volume', 'rm', `${at.name}_data`])).status).toBe(0);
	expect(at.leftovers()).toEqual([]);
});

describe('bad input is refused before anything is touched', () => {
	test.each([
		[['up', 'shop.yaml', 'wbe', 'db'], 'did you mean web?'],
		[['up', 'shop.yaml', 'wbe'], 'did you mean web?'],
		[['up', '--exit-code-from', 'dbb', 'shop.yaml'], 'did you mean db?'],
		[['up', '--exit-code-from', 'other', 'shop.yaml', 'web', 'db'], 'service other is not selected'],
		[['up', '-d', '--abort-on-container-exit', 'shop.yaml'], '--abort-on-container-exit and -d cannot be combined'],
		[['up', '--scale', 'wbe=2', 'shop.yaml'], 'did you mean web?'],
	])('%j', async (args, said) => {
		await using at = await testBox();
		project(at, {web: sleeper, db: sleeper, other: sleeper});
		const {status, err} = await at.tsbox(args);
		expect(status).toBe(2);
		expect(err).toContain(said);
		expect(at.leftovers()).toEqual([]);
		expect((await at.tsbox(['ps', '-a', '-q'])).out).toBe('');
	});
});

test('a single container is started without a supervisor, and what only one would see to is told', async () => {
	await using at = await testBox();
	const spec = project(at, {
		web: 'restart: always\nhealthcheck: {test: "true"}\ndepends_on: [db]\ncommand: ["true"]\n',
		db: sleeper,
	});
	const {status, err} = await at.tsbox(['up', '--plain', spec, 'web']);
	expect(status).toBe(0);
	expect(err).toContain('warning: depends_on, restart, healthcheck are ignored for a single container');
	expect((await at.tsbox(['run', spec, 'web'])).err).toBe('');
	expect(at.leftovers()).toEqual([]);
});
