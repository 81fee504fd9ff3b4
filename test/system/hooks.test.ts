import {existsSync, mkdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {testBox} from './box.ts';
import {project, rows, sleeper, until} from './project.ts';

/* post_start, pre_stop, events, and what becomes of a container that runs out of memory. */

const hooks = `post_start:
  - command: [sh, -c, 'echo "$$WHO in $$(pwd)" > /tmp/prepared']
    working_dir: /tmp
    environment: {WHO: somebody}
  - command: test -e /tmp/prepared
pre_stop:
  - command: [sh, -c, 'echo leaving > /proc/1/fd/1']
`;

test('post_start comes before what waits, pre_stop before the signal, once each', async () => {
	await using at = await testBox();
	const spec = project(at, {
		db: `${sleeper}${hooks}`,
		web: 'command: [sh, -c, "echo ready"]\ndepends_on: [db]\n',
	});
	const up = await at.tsbox(['up', '-d', spec]);
	expect({status: up.status, err: up.status === 0 ? '' : up.err}).toEqual({status: 0, err: ''});
	expect((await at.tsbox(['exec', `${at.name}-db-1`, 'cat', '/tmp/prepared'])).out).toBe('somebody in /tmp\n');
	await at.tsbox(['stop', at.name, 'db']);
	expect((await at.tsbox(['logs', '--no-prefix', at.name, 'db'])).out).toBe('up\nleaving\n');
	await at.tsbox(['start', at.name, 'db']);
	await at.tsbox(['stop', '-t', '0', at.name, 'db']);
	expect((await at.tsbox(['logs', '--no-prefix', at.name, 'db'])).out.match(/leaving/g)?.length).toBe(1);
	await at.tsbox(['down', at.name]);
	expect(at.leftovers()).toEqual([]);
});

test('a post_start command that fails ends its container, and is told with what it said', async () => {
	await using at = await testBox();
	const spec = project(at, {
		bad: `${sleeper}post_start: [{command: [sh, -c, "echo the disk is missing >&2; exit 9"]}]\n`,
		late: `${sleeper}depends_on: [bad]\n`,
		stuck: `${sleeper}pre_stop: [{command: [sleep, "1000"]}]\nstop_grace_period: 300ms\n`,
		wrong: `${sleeper}pre_stop: [{command: [sh, -c, "exit 3"]}]\n`,
	});
	const up = await at.tsbox(['up', '-d', spec]);
	expect(up.status).toBe(1);
	expect(up.err).toContain('bad did not start: the post_start hook exited with status 9: the disk is missing');
	expect(up.err).toContain('late did not start: bad did not start');
	expect(await rows(at)).toMatchObject({bad: {state: 'exited'}, stuck: {state: 'running'}});
	expect((await at.tsbox(['stop', at.name, 'stuck'])).status).toBe(0);
	expect((await rows(at))['stuck']).toMatchObject({state: 'exited', exitCode: 137});
	const wrong = await at.tsbox(['stop', at.name, 'wrong']);
	expect(wrong.err).toContain('wrong: the pre_stop hook exited with status 3');
	expect((await rows(at))['wrong']).toMatchObject({state: 'exited', exitCode: 0});
	await at.tsbox(['down', at.name]);
	expect(at.leftovers()).toEqual([]);
});

test('the hooks of a container in the foreground', async () => {
	await using at = await testBox();
	mkdirSync(join(at.folder, 'shared'));
	const noted = (): string => readFileSync(join(at.folder, 'shared/noted'), 'utf8');
	const note = (word: string): string => `[{command: [sh, -c, "echo ${word} >> /shared/noted"]}]`;
	const spec = at.spec(
		`${sleeper}volumes: [./shared:/shared]\npost_start: ${note('came')}\npre_stop: ${note('left')}\n`,
	);
	for (const stop of ['down', 'SIGINT'] as const) {
		const up = at.start(['up', spec]);
		const so = stop === 'down' ? 'came\n' : 'came\nleft\ncame\n';
		await until('it is prepared', () => existsSync(join(at.folder, 'shared/noted')) && noted() === so);
		if (stop === 'down') await at.tsbox(['down', at.name]);
		else up.child.kill(stop);
		await up.ended;
		expect(noted()).toBe(`${so}left\n`);
	}
	const bad = await at.tsbox(['up', at.spec(`${sleeper}post_start: [{command: [sh, -c, "echo no; exit 9"]}]\n`)]);
	expect(bad.status).not.toBe(0);
	expect(bad.err).toMatch(/post_start hook exited with status 9[^]*no/);
	expect(at.leftovers()).toEqual([]);
});

test('a supervisor that dies in the middle of post_start: the next one runs it again', async () => {
	await using at = await testBox();
	const spec = project(at, {
		slow: `${sleeper}post_start: [{command: [sh, -c, "echo x >> /tries; test $$(wc -l < /tries) -gt 1 || sleep 1000"]}]\n`.replaceAll(
			'$(',
			'$$(',
		),
	});
	const up = at.start(['up', '-d', spec]);
	await until(
		'the command runs',
		async () => (await at.tsbox(['exec', `${at.name}-slow-1`, 'test', '-e', '/tries'])).status === 0,
	);
	const {out} = await at.tsbox(['inspect', '--json', at.name]);
	process.kill((JSON.parse(out) as {supervisor: {pid: number}}).supervisor.pid, 'SIGKILL');
	expect((await up.ended).status).not.toBe(0);
	expect((await at.tsbox(['up', '-d', spec])).status).toBe(0);
	expect((await at.tsbox(['exec', `${at.name}-slow-1`, 'cat', '/tries'])).out).toBe('x\nx\n');
	await at.tsbox(['down', '-t', '0', at.name]);
	expect(at.leftovers()).toEqual([]);
});

test('a container that runs out of memory says so', async () => {
	await using at = await testBox();
	const spec = project(at, {
		greedy: 'mem_limit: 24m\nmemswap_limit: 24m\ncommand: [sh, -c, "tail /dev/zero; exit 3"]\n',
	});
	await at.tsbox(['up', '-d', spec]);
	await until('it has ended', async () => (await rows(at))['greedy']?.state === 'exited');
	const events = readFileSync(join(at.folder, `state/projects/${at.name}/events`), 'utf8');
	expect(events).toMatch(/"type":"service.oom".*"killed":1,"limit":25165824/);
	expect(events).toMatch(/"type":"service.exited".*"exitCode":3,"oomKilled":false/);
	const {out} = await at.tsbox(['inspect', '--json', `${at.name}-greedy-1`]);
	expect(out).not.toContain('"oomKilled": true');
	await at.tsbox(['down', at.name]);
	expect(at.leftovers()).toEqual([]);
});

test('who listens to events is told to the end, which comes when the project is down', async () => {
	await using at = await testBox();
	await at.tsbox(['up', '-d', project(at, {a: sleeper})]);
	const listener = at.start(['events', at.name]);
	const heard = listener.says('a is running').then(() => true);
	await until('it listens, which is told by nothing but an event', async () => {
		await at.tsbox(['restart', '-t', '0', at.name]);
		return Promise.race([heard, Promise.resolve(false)]);
	});
	expect((await at.tsbox(['down', '-t', '0', at.name])).status).toBe(0);
	const {status, out, err} = await listener.ended;
	expect({status, err}).toEqual({status: 0, err: ''});
	expect(out).toMatch(/a is removed\n$/);
	expect(at.leftovers()).toEqual([]);
});

test('what a container writes to /dev/stdout and /dev/stderr by name is added to its output, whoever it is', async () => {
	await using at = await testBox();
	const spec = project(at, {
		a: 'user: "1000:1000"\ncommand: [sh, -c, "echo one; echo two > /dev/stdout; echo three >&1; echo four > /dev/stderr; echo five >&2"]\n',
	});
	await at.tsbox(['up', '-d', spec]);
	await until('it has ended', async () => (await rows(at))['a']?.state === 'exited');
	const {out, err} = await at.tsbox(['logs', '--no-prefix', at.name]);
	expect([out, err]).toEqual(['one\ntwo\nthree\n', 'four\nfive\n']);
	await at.tsbox(['down', at.name]);
	expect(at.leftovers()).toEqual([]);
});
