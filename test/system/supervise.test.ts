import {execFileSync} from 'node:child_process';
import {existsSync, readdirSync, readFileSync, rmSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {type Ended, type TestBox, testBox} from './box.ts';
import {project, rows, sleeper, until} from './project.ts';

/* Detached projects: `up -d` and all that looks after them. */

async function supervisor(at: TestBox): Promise<number> {
	const {out} = await at.tsbox(['inspect', '--json', at.name]);
	return (JSON.parse(out) as {supervisor: {pid: number} | null}).supervisor?.pid ?? 0;
}

const fine = ({status, err}: Ended) => ({status, err: status === 0 ? '' : err});
const ok = {status: 0, err: ''};

test('services come up in order, wait for what they need, and go down in the other', async () => {
	await using at = await testBox();
	const spec = project(at, {
		web: `${sleeper}depends_on: {job: {condition: service_completed_successfully}}\n`,
		job: 'command: [sh, -c, "echo done"]\ndepends_on: {db: {condition: service_healthy}}\n',
		db: 'command: [sh, -c, "trap \'exit 0\' TERM; sleep 0.5; touch /ready; while :; do sleep 0.1; done"]\nhealthcheck: {test: [CMD, test, -e, /ready], interval: 100ms, retries: 100}\n',
	});
	const up = await at.tsbox(['up', '-d', spec]);
	expect(fine(up)).toEqual(ok);
	const said = up.err.split('\n').map(line => line.replace(/ \(pid \d+\)/, ''));
	const order = [
		'job waits until db is healthy',
		'db is running',
		'db is healthy',
		'job is running',
		'job exited with status 0',
		'web is running',
	];
	expect(said.filter(line => order.includes(line))).toEqual(order);
	expect(await rows(at)).toMatchObject({
		web: {state: 'running'},
		job: {state: 'exited', exitCode: 0},
		db: {state: 'running', health: 'healthy'},
	});
	const down = await at.tsbox(['down', at.name]);
	expect(fine(down)).toEqual(ok);
	expect(down.err.indexOf('web is down')).toBeLessThan(down.err.indexOf('db is down'));
	expect(at.leftovers()).toEqual([]);
});

test('what is unchanged stays, what changed is made anew, and is told by which key', async () => {
	await using at = await testBox();
	const spec = project(at, {a: sleeper, b: sleeper});
	await at.tsbox(['up', '-d', spec]);
	const before = await rows(at);
	const again = await at.tsbox(['up', '-d', spec]);
	expect(again.err).toContain('a is up to date');
	expect((await rows(at))['a']?.pid).toBe(before['a']?.pid);
	project(at, {a: sleeper, b: `${sleeper}hostname: other\nmem_limit: 64m\n`});
	const changed = await at.tsbox(['up', '-d', spec]);
	expect(changed.err).toContain('b is recreated: hostname, mem_limit changed');
	const after = await rows(at);
	expect(after['a']?.pid).toBe(before['a']?.pid);
	expect(after['b']?.pid).not.toBe(before['b']?.pid);
	expect((await at.tsbox(['exec', `${at.name}-b-1`, 'hostname'])).out).toBe('other\n');
	project(at, {a: sleeper});
	expect((await at.tsbox(['up', '-d', spec])).err).toContain('warning: b is an orphan');
	await at.tsbox(['up', '-d', '--remove-orphans', spec]);
	expect(Object.keys(await rows(at))).toEqual(['a']);
	await at.tsbox(['down', at.name]);
	expect(at.leftovers()).toEqual([]);
});

test('a policy starts again what ended, as often as it says, on the files that it had', async () => {
	await using at = await testBox();
	const count = 'echo x >> /count; wc -l < /count';
	const spec = project(at, {
		never: 'command: [sh, -c, "exit 4"]\n',
		some: `command: [sh, -c, "${count}; exit 3"]\nrestart: on-failure:2\n`,
		fine: 'command: [sh, -c, "exit 0"]\nrestart: on-failure\n',
		ever: `command: [sh, -c, "${count}; sleep 0.1"]\nrestart: always\n`,
	});
	expect(fine(await at.tsbox(['up', '-d', spec]))).toEqual(ok);
	await until('all restarts were made', async () => {
		const {some, ever} = await rows(at);
		return some?.restarts === 2 && some.state === 'exited' && (ever?.restarts ?? 0) >= 2;
	});
	expect(await rows(at)).toMatchObject({
		never: {state: 'exited', exitCode: 4, restarts: 0},
		some: {state: 'exited', exitCode: 3, restarts: 2},
		fine: {state: 'exited', exitCode: 0, restarts: 0},
	});
	expect((await at.tsbox(['logs', '--no-prefix', at.name, 'some'])).out).toBe('1\n2\n3\n');
	await at.tsbox(['down', '-t', '0', at.name]);
	expect(at.leftovers()).toEqual([]);
});

test('a service that cannot come up, and what waits for it, are named, and the rest runs', async () => {
	await using at = await testBox();
	const spec = project(at, {
		good: sleeper,
		bad: 'command: [/no/such/program]\n',
		late: `${sleeper}depends_on: [bad]\n`,
		sick: `${sleeper}healthcheck: {test: "echo no good; exit 1", interval: 50ms, retries: 2}\n`,
		waits: `${sleeper}depends_on: {sick: {condition: service_healthy}}\n`,
	});
	const up = await at.tsbox(['up', '-d', spec]);
	expect(up.status).toBe(1);
	expect(up.err).toContain('bad did not start: /no/such/program is not in the container');
	expect(up.err).toContain('late did not start: bad did not start; the dependency must be started');
	expect(up.err).toContain('sick is unhealthy: no good');
	expect(up.err).toContain('waits did not start: sick is unhealthy; the dependency must be healthy');
	expect(await rows(at)).toMatchObject({good: {state: 'running'}, sick: {state: 'running', health: 'unhealthy'}});
	await at.tsbox(['down', '-t', '0', at.name]);
	expect(at.leftovers()).toEqual([]);
});

test('a health check that prints without an end fills no disk, and its last words are told', async () => {
	await using at = await testBox();
	const flood =
		'head -c 300000000 /dev/zero; echo; echo last words; touch /done; until [ -e /go ]; do sleep 0.1; done; exit 1';
	const check = `{test: ${JSON.stringify(flood)}, interval: 50ms, timeout: 100s, retries: 1}`;
	await at.tsbox(['up', '-d', project(at, {sick: `${sleeper}healthcheck: ${check}\n`, other: sleeper})]);
	const name = `${at.name}-sick-1`;
	const output = join(at.folder, 'state/containers', name, 'health');
	await until('it printed', async () => (await at.tsbox(['exec', name, '--', 'test', '-e', '/done'])).status === 0);
	await until('its output is let go of', () => statSync(output).size < 2 * 1024 * 1024);
	const events = at.start(['events', at.name]);
	// Only what happens from now on is printed: something does until it listens.
	let listens = false;
	void events.says('other is running').then(() => (listens = true));
	while (!listens) await at.tsbox(['restart', '-t', '0', at.name, 'other']);
	await at.tsbox(['exec', name, '--', 'touch', '/go']);
	await events.says('unhealthy: last words');
	events.child.kill('SIGINT');
	await events.ended;
	await at.tsbox(['down', '-t', '0', at.name]);
	expect(at.leftovers()).toEqual([]);
});

test('--wait waits for health, and gives up when it is told to', async () => {
	await using at = await testBox();
	const spec = project(at, {
		slow: `${sleeper}healthcheck: {test: [CMD, test, -e, /never], interval: 50ms, retries: 100000}\n`,
	});
	const up = await at.tsbox(['up', '-d', '--wait', '--wait-timeout', '3', spec]);
	expect(up.status).not.toBe(0);
	expect(up.err).toMatch(/slow did not come up in 3000 ms[^]*slow is running, starting/);
	await at.tsbox(['exec', `${at.name}-slow-1`, 'touch', '/never']);
	expect(fine(await at.tsbox(['up', '-d', '--wait', spec]))).toEqual(ok);
	await at.tsbox(['down', '-t', '0', at.name]);
});

test('--wait ends with an error when a service ends, unless another one waits for that', async () => {
	await using at = await testBox();
	const check = 'healthcheck: {test: [CMD, "false"], interval: 50ms, retries: 100000}\n';
	const ends = project(at, {web: `command: [sh, -c, "sleep 0.3; exit 3"]\nrestart: "on-failure:1"\n${check}`});
	expect(await at.tsbox(['up', '-d', '--wait', ends])).toMatchObject({
		status: 1,
		err: expect.stringMatching(/web did not stay up\n +cause +web exited with status 3\n +hint +.tsbox logs \S+ web/),
	});
	await at.tsbox(['down', at.name]);
	const waits = `${sleeper}depends_on: {job: {condition: service_completed_successfully}}\n`;
	const job = 'command: [sh, -c, "exit 0"]\n';
	expect(fine(await at.tsbox(['up', '-d', '--wait', project(at, {web: waits, job})]))).toEqual(ok);
	await at.tsbox(['down', at.name]);
	expect(at.leftovers()).toEqual([]);
});

test('a supervisor that is killed is not missed: containers go on, exits and output arrive, another takes over', async () => {
	await using at = await testBox();
	const spec = project(at, {
		flood: 'command: [sh, -c, "i=0; while [ $$i -lt 60000 ]; do i=$$((i + 1)); echo line $$i; done; exit 7"]\n',
		stays: sleeper,
		again:
			'command: [sh, -c, "[ -e /again ] && exec sleep 1000; touch /again; until [ -e /end ]; do sleep 0.1; done"]\nrestart: always\n',
	});
	expect(fine(await at.tsbox(['up', '-d', spec]))).toEqual(ok);
	const first = await supervisor(at);
	const {stays} = await rows(at);
	process.kill(first, 'SIGKILL');
	await until('it is gone', () => !existsSync(`/proc/${first}`));
	await at.tsbox(['exec', `${at.name}-again-1`, '--', 'touch', '/end']);
	await until('the flood has ended without anybody', () =>
		existsSync(join(at.folder, `state/containers/${at.name}-flood-1/exit`)),
	);
	await at.tsbox(['up', '-d', spec, 'stays']);
	expect(await supervisor(at)).not.toBe(first);
	await until('the exit is known', async () => (await rows(at))['flood']?.exitCode === 7);
	expect((await rows(at))['stays']?.pid).toBe(stays?.pid);
	await until('what is to run always runs again', async () => {
		const {again} = await rows(at);
		return again?.state === 'running' && again.restarts === 1;
	});
	const {out} = await at.tsbox(['logs', '--no-prefix', at.name, 'flood']);
	expect(out).toBe(Array.from({length: 60_000}, (_, i) => `line ${i + 1}\n`).join(''));
	await at.tsbox(['down', '-t', '0', at.name]);
	expect(at.leftovers()).toEqual([]);
});

test('a spec that is gone or says something else changes nothing until the next `up`', async () => {
	await using at = await testBox();
	const spec = project(at, {a: `${sleeper}restart: always\nhostname: first\n`, b: `${sleeper}depends_on: [a]\n`});
	await at.tsbox(['up', '-d', spec]);
	project(at, {a: `${sleeper}hostname: second\n`});
	process.kill(await supervisor(at), 'SIGKILL');
	expect(fine(await at.tsbox(['restart', at.name, 'a']))).toEqual(ok);
	expect((await at.tsbox(['exec', `${at.name}-a-1`, 'hostname'])).out).toBe('first\n');
	expect((await rows(at))['b']?.state).toBe('running');
	rmSync(spec);
	process.kill(await supervisor(at), 'SIGKILL');
	expect(fine(await at.tsbox(['down', at.name]))).toEqual(ok);
	expect(at.leftovers()).toEqual([]);
});

test('stop, start, restart and rm, of one service or all', async () => {
	await using at = await testBox();
	const spec = project(at, {a: `${sleeper}restart: always\n`, b: sleeper});
	await at.tsbox(['up', '-d', spec]);
	const before = await rows(at);
	await at.tsbox(['exec', `${at.name}-a-1`, 'touch', '/mine']);
	expect(fine(await at.tsbox(['stop', at.name, 'a']))).toEqual(ok);
	expect(await rows(at)).toMatchObject({a: {state: 'exited', exitCode: 0}, b: {state: 'running'}});
	expect(fine(await at.tsbox(['start', `${at.name}-a-1`]))).toEqual(ok);
	expect((await at.tsbox(['exec', `${at.name}-a-1`, 'ls', '/mine'])).out).toBe('/mine\n');
	expect(fine(await at.tsbox(['restart', at.name]))).toEqual(ok);
	const after = await rows(at);
	for (const name of ['a', 'b']) {
		expect(after[name]?.state).toBe('running');
		expect(after[name]?.pid).not.toBe(before[name]?.pid);
	}
	expect(fine(await at.tsbox(['rm', at.name, 'a']))).toEqual(ok);
	expect(Object.keys(await rows(at))).toEqual(['b']);
	await at.tsbox(['down', at.name]);
	expect((await at.tsbox(['stop', at.name])).err).toContain('is not a detached project');
	expect(at.leftovers()).toEqual([]);
});

describe('logs', () => {
	test('of several services, with their names, times, the last lines, and what comes', async () => {
		await using at = await testBox();
		const spec = project(at, {
			one: 'command: [sh, -c, "echo first; echo second; echo wrong >&2; sleep 1; printf last"]\n',
			other: 'command: [sh, -c, "echo mine"]\n',
		});
		await at.tsbox(['up', '-d', spec]);
		const follow = at.start(['logs', '-f', at.name]);
		const {out, err} = await follow.ended;
		const linesOf = (name: string): readonly string[] => out.split('\n').filter(line => line.startsWith(name));
		expect(linesOf('one')).toEqual(['one   | first', 'one   | second', 'one   | last']);
		expect(linesOf('other')).toEqual(['other | mine']);
		expect(err).toBe('one   | wrong\n');
		const lines = await at.tsbox(['logs', '--tail', '1', '-t', at.name, 'other']);
		expect(lines.out).toMatch(/^other \| \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z mine\n$/);
		expect((await at.tsbox(['logs', '--since', '2100-01-01', at.name])).out).toBe('');
		expect((await at.tsbox(['logs', '--tail', 'x', at.name])).status).toBe(2);
		expect((await at.tsbox(['logs', at.name, 'third'])).err).toContain('it has one, other');
		await at.tsbox(['down', '-t', '0', at.name]);
	});

	test('keep what `logging` says, and the disk gets the rest back', async () => {
		await using at = await testBox();
		const spec = project(at, {
			loud: 'command: [sh, -c, "i=0; while [ $$i -lt 60000 ]; do i=$$((i + 1)); echo a line with number $$i; done; sleep 1000"]\nlogging: {options: {max-size: 200k, max-file: 3}}\n',
		});
		await at.tsbox(['up', '-d', spec]);
		const file = join(at.folder, `store/logs/${at.name}-loud-1/stdout`);
		await until('all is written', () => readFileSync(file).subarray(-6).toString() === '60000\n');
		await until('the front is let go of', () => statSync(file).blocks * 512 < 700_000);
		const {out} = await at.tsbox(['logs', '--no-prefix', at.name]);
		const numbers = out
			.trim()
			.split('\n')
			.map(line => Number(/^a line with number (\d+)$/.exec(line)?.[1]));
		expect(numbers.at(-1)).toBe(60_000);
		expect(numbers.length).toBeGreaterThan(10_000);
		expect(numbers).toEqual(Array.from({length: numbers.length}, (_, at) => 60_001 - numbers.length + at));
		await at.tsbox(['down', '-t', '0', at.name]);
		expect(at.leftovers()).toEqual([]);
	});

	test('bytes go into a pipe as they are', async () => {
		await using at = await testBox();
		const spec = project(at, {raw: `command: [sh, -c, "printf '\\\\033[31mred\\\\377\\\\n'"]\n`});
		await at.tsbox(['up', '-d', spec]);
		expect((await at.tsbox(['logs', '--no-prefix', at.name])).out).toBe('\u001b[31mred\u00ff\n');
		await at.tsbox(['down', at.name]);
	});
});

test('gc leaves what is detached alone, and takes what a project that is gone left', async () => {
	await using at = await testBox();
	const spec = project(at, {a: sleeper, b: 'command: ["true"]\n'});
	await at.tsbox(['up', '-d', spec]);
	expect(fine(await at.tsbox(['gc']))).toEqual(ok);
	expect(await rows(at)).toMatchObject({a: {state: 'running'}, b: {state: 'exited'}});
	process.kill(await supervisor(at), 'SIGKILL');
	expect(fine(await at.tsbox(['gc']))).toEqual(ok);
	expect(await rows(at)).toMatchObject({a: {state: 'running'}, b: {state: 'exited'}});
	await at.tsbox(['down', '-t', '0', at.name]);
	execFileSync('mkdir', ['-p', join(at.folder, 'store/logs/gone')]);
	await at.tsbox(['gc']);
	expect(readdirSync(join(at.folder, 'store/logs'))).toEqual([]);
});

test('a supervisor is small, does nothing while nothing happens, and ends with its last service', async () => {
	await using at = await testBox();
	const spec = project(at, {a: sleeper, b: 'command: [sh, -c, "sleep 1"]\n'});
	await at.tsbox(['up', '-d', spec]);
	const pid = await supervisor(at);
	const status = readFileSync(`/proc/${pid}/status`, 'utf8');
	// Beside Node's own program, which all that run share; right after a start, with what that left behind.
	expect(Number(/RssAnon:\s+(\d+)/.exec(status)?.[1])).toBeLessThan(36 * 1024);
	expect(readdirSync(`/proc/${pid}/fd`).length).toBeLessThan(60);
	await until('the first has ended', async () => (await rows(at))['b']?.state === 'exited');
	await at.tsbox(['stop', '-t', '0', at.name]);
	await until('it has ended', () => !existsSync(`/proc/${pid}`));
	expect(await rows(at)).toMatchObject({a: {state: 'exited'}, b: {state: 'exited', exitCode: 0}});
	await at.tsbox(['down', at.name]);
	expect(at.leftovers()).toEqual([]);
});

test('an ordinary user, and root with a user namespace, have detached projects too', async () => {
	for (const starter of [{uid: 61_241, gid: 61_241}, 'mapped'] as const) {
		await using at = await testBox(starter);
		const spec = project(at, {a: `${at.head}${sleeper}`});
		expect(fine(await at.tsbox(['up', '-d', spec]))).toEqual(ok);
		await until('it says so', async () => (await at.tsbox(['logs', '--no-prefix', at.name])).out === 'up\n');
		expect(fine(await at.tsbox(['down', at.name]))).toEqual(ok);
		expect(at.leftovers()).toEqual([]);
	}
});

test('nonsense is refused before anything is touched', async () => {
	await using at = await testBox();
	const told = async (services: Readonly<Record<string, string>>): Promise<string> =>
		(await at.tsbox(['up', '-d', project(at, services)])).err;
	expect(await told({a: `${sleeper}restart: sometimes\n`})).toContain(
		'must be no, always, unless-stopped or on-failure[:N]',
	);
	expect(await told({a: `${sleeper}depends_on: [b]\n`})).toContain('which is not a service of this file');
	expect(await told({a: `${sleeper}depends_on: [b]\n`, b: `${sleeper}depends_on: [a]\n`})).toContain(
		'services wait for each other: a -> b -> a',
	);
	expect(await told({a: `${sleeper}depends_on: {b: {condition: service_healthy}}\n`, b: sleeper})).toContain(
		'has no `healthcheck`',
	);
	expect(await told({a: `${sleeper}healthcheck: {test: [RUN, x]}\n`})).toContain('CMD-SHELL');
	expect(await told({a: `${sleeper}cap_add: [NO_SUCH]\n`})).toContain('NO_SUCH');
	const other = await at.tsbox(['up', '-d', project(at, {a: sleeper}), 'b']);
	expect(other.err).toContain('has no service b');
	expect((await at.tsbox(['up', '--wait-timeout', '3', at.spec()])).status).toBe(2);
	expect(at.leftovers()).toEqual([]);
});
