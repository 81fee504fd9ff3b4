import {spawnSync} from 'node:child_process';
import {expect, test} from 'vitest';
import {testBox} from './box.ts';
import {project, rows, sleeper, until} from './project.ts';

/* What a person calls a container: its name, its project, Compose's words; and what is said of one that does not run. */

test('the name of a project means its container where it has one; else its containers are named', async () => {
	await using at = await testBox();
	const shop = project(at, {web: sleeper, db: sleeper, job: 'command: [sh, -c, "exit 3"]\n'});
	expect((await at.tsbox(['up', '-d', shop])).status).toBe(0);
	await until('the job has exited', async () => (await rows(at))['job']?.state === 'exited');
	const several = {
		status: 125,
		err: `error: ${at.name} is a project of 3 containers\n  hint     choose one: ${at.name}-db-1, ${at.name}-job-1, ${at.name}-web-1\n`,
	};
	for (const words of [['top'], ['pause'], ['drift'], ['diff'], ['attach'], ['wait'], ['port']])
		expect(await at.tsbox([...words, at.name])).toMatchObject(several);
	expect(await at.tsbox(['cp', `${at.name}:/etc/passwd`, '.'])).toMatchObject(several);
	expect(await at.tsbox(['rename', at.name, `${at.name}-new`])).toMatchObject(several);
	expect(await at.tsbox(['exec', at.name, 'hostname'])).toMatchObject(several);
	// Compose's words.
	expect(await at.tsbox(['exec', at.name, 'web', 'cat', '/proc/1/comm'])).toMatchObject({status: 0, out: 'sh\n'});
	expect(await at.tsbox(['exec', '-u', 'nosuch', at.name, 'web', 'id'])).toMatchObject({
		status: 125,
		err: expect.stringMatching(/^error: there is no user nosuch in the container's \/etc\/passwd\n[^]*use a number/),
	});
	const stats = (await at.tsbox(['stats', '--no-stream', '--format', '{{.Name}}', at.name, `${at.name}-db-1`])).out;
	expect(stats.trim().split('\n').toSorted()).toEqual([`${at.name}-db-1`, `${at.name}-web-1`]);

	const job = `${at.name}-job-1`;
	const exited = {
		status: 125,
		err:
			`error: ${job} is not running\n  cause    it has exited with status 3\n` +
			`  hint     \`tsbox start ${job}\` starts it again, \`tsbox logs ${job}\` shows what it printed, \`tsbox rm ${job}\` removes it\n`,
	};
	for (const words of [
		['exec', job, 'true'],
		['top', job],
		['kill', job],
		['update', '-m', '1g', job],
	])
		expect(await at.tsbox(words)).toMatchObject(exited);

	expect(await at.tsbox(['stop', at.name, 'db', 'job'])).toMatchObject({status: 0});
	expect(await at.tsbox(['stop', at.name, 'db', 'job'])).toMatchObject({
		status: 0,
		err: 'db, job is already stopped\n',
	});
	expect(await at.tsbox(['start', at.name, 'web'])).toMatchObject({status: 0, err: 'web is already running\n'});
	for (const verb of ['logs', 'stop']) expect((await at.tsbox([verb, at.name, 'nosuch'])).status).toBe(2);

	const removed = await at.tsbox(['rm', '-f', at.name, 'web']);
	expect(removed.err).toBe('stopping web with SIGKILL\nweb exited with status 137\nweb is removed\n');
	expect((await at.tsbox(['down', at.name])).err.trim().split('\n').toSorted()).toEqual(['db is down', 'job is down']);
	expect(await at.tsbox(['down', at.name])).toMatchObject({
		status: 0,
		err: expect.stringContaining('there is no container'),
	});

	const one = project(at, {web: sleeper});
	await at.tsbox(['up', '-d', one]);
	expect((await at.tsbox(['exec', at.name, 'cat', '/proc/1/comm'])).out).toBe('sh\n');
	expect((await at.tsbox(['exec', at.name, 'web', 'cat', '/proc/1/comm'])).out).toBe('sh\n');
	expect((await at.tsbox(['top', at.name])).out).toContain('trap');
	expect((await at.tsbox(['kill', at.name])).status).toBe(0);
	await at.tsbox(['down', at.name]);
	expect(at.leftovers()).toEqual([]);
});

test('a name that is taken: by what runs, by what has exited', async () => {
	await using at = await testBox();
	const spec = at.spec(sleeper);
	const here = at.start(['up', spec]);
	await here.says('up\n');
	const taken = `error: there is a container named ${at.name} already\n`;
	expect((await at.tsbox(['run', spec, '--', 'true'])).err).toBe(
		`${taken}  cause    it is running\n  hint     stop and remove it with \`tsbox down ${at.name}\`, or choose another name\n`,
	);
	for (const verb of ['logs', 'rm', 'stop', 'events'])
		expect((await at.tsbox([verb, at.name])).err).toContain(`${at.name} runs in the foreground`);
	await at.tsbox(['down', '-t', '0', at.name]);
	await here.ended;

	await at.tsbox(['up', '-d', at.spec('command: ["true"]\n')]);
	await until('it has exited', async () => (await rows(at, 'name'))[at.name]?.state === 'exited');
	expect((await at.tsbox(['run', spec, '--', 'true'])).err).toBe(
		`${taken}  cause    it has exited with status 0\n  hint     remove it with \`tsbox down ${at.name}\`, or choose another name\n`,
	);
	await at.tsbox(['down', at.name]);
	expect(at.leftovers()).toEqual([]);
});

test('--name names the one container of a spec, in the foreground and in the background', async () => {
	await using at = await testBox();
	const spec = at.spec(sleeper);
	const other = `${at.name}-other`;
	const run = at.start(['up', '--name', other, spec]);
	await run.says(`${other} is running`);
	run.child.kill('SIGTERM');
	expect((await run.ended).status).toBe(0);
	expect((await at.tsbox(['up', '-d', '--name', other, spec])).err).toContain(`${other} is running`);
	expect(Object.values(await rows(at))).toMatchObject([{name: other, state: 'running'}]);
	expect((await at.tsbox(['down', other])).status).toBe(0);
	const shop = project(at, {web: sleeper, db: sleeper});
	expect(await at.tsbox(['up', '--name', other, shop])).toMatchObject({
		status: 2,
		err: expect.stringMatching(/^error: --name: the file has 2 containers, [^]*hint {5}give one a `container_name`/),
	});
	expect(at.leftovers()).toEqual([]);
});

test('a compiled script takes no name that a container in the background has, exited or renamed too', async () => {
	await using at = await testBox();
	const {out} = await at.tsbox(['compile', at.spec('command: ["true"]\n')]);
	const script = at.file('box.sh', out);
	const ended = new RegExp(`^${at.name} exited \\(0\\)`, 'm');
	await at.tsbox(['up', '-d', at.spec('command: ["true"]\n')]);
	await until('it has exited', async () => ended.test((await at.tsbox(['ps', '-a'])).out.replaceAll(/ +/g, ' ')));
	const said = (cause: string): string => `error: there is a container named ${at.name} already\n  cause    ${cause}\n`;
	const refused = spawnSync('sh', [script], {encoding: 'utf8'});
	expect(refused.status).toBe(125);
	expect(refused.stderr).toContain(said('it was started in the background, and has its name until it is removed'));
	expect((await at.tsbox(['rename', at.name, `${at.name}-old`])).status).toBe(0);
	expect(spawnSync('sh', [script], {encoding: 'utf8'}).stderr).toBe(refused.stderr);
	expect((await at.tsbox(['ps', '-a', '-q'])).out).toBe(`${at.name}-old\n`);
});
