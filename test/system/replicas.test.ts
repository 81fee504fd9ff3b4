import {expect, test} from 'vitest';
import {testBox} from './box.ts';
import {project, rows, sleeper} from './project.ts';

/* Several containers of one service, and services that are started again along with others. */

const ran = (err: string): readonly string[] => err.split('\n').map(line => line.replace(/ \(pid \d+\)/, ''));

test('scale: containers come and go, and the others stay', async () => {
	await using at = await testBox();
	const spec = project(at, {web: `${sleeper}scale: 3\n`});
	expect((await at.tsbox(['up', '-d', spec])).status).toBe(0);
	const three = await rows(at, 'name');
	expect(Object.keys(three).sort()).toEqual(['web-1', 'web-2', 'web-3']);
	expect(new Set(Object.values(three).map(({pid}) => pid)).size).toBe(3);
	expect((await at.tsbox(['exec', `${at.name}-web-3`, 'hostname'])).out).toBe(`${at.name}-web-3\n`);
	const less = await at.tsbox(['up', '-d', '--scale', 'web=2', spec]);
	expect(ran(less.err)).toEqual(expect.arrayContaining(['web-3 is removed', 'web is up to date']));
	const more = await at.tsbox(['up', '-d', '--scale', 'web=4', spec]);
	expect(more.status).toBe(0);
	const four = await rows(at, 'name');
	expect([four['web-1']?.pid, four['web-2']?.pid]).toEqual([three['web-1']?.pid, three['web-2']?.pid]);
	expect(Object.values(four).map(({state}) => state)).toEqual(['running', 'running', 'running', 'running']);
	await at.tsbox(['up', '-d', '--scale', 'web=0', spec]);
	expect(await rows(at, 'name')).toEqual({});
	await at.tsbox(['down', at.name]);
	expect(at.leftovers()).toEqual([]);
});

test('one of several can be named by its number or its name, all by their service', async () => {
	await using at = await testBox();
	const spec = project(at, {
		web: `${sleeper}deploy: {replicas: 2}\n`,
		late: `${sleeper}depends_on: [web]\n`,
		alone: `${sleeper}depends_on: [none]\n`,
		none: `${sleeper}scale: 0\n`,
	});
	const up = await at.tsbox(['up', '-d', spec]);
	expect(up.status).toBe(0);
	const said = ran(up.err);
	expect(said.indexOf('late is running')).toBeGreaterThan(
		Math.max(said.indexOf('web is running'), said.indexOf('web-2 is running')),
	);
	await at.tsbox(['stop', '-t', '0', at.name, 'web-2']);
	expect(await rows(at, 'name')).toMatchObject({'web-1': {state: 'running'}, 'web-2': {state: 'exited'}});
	await at.tsbox(['start', `${at.name}-web-2`]);
	expect((await rows(at, 'name'))['web-2']?.state).toBe('running');
	expect((await at.tsbox(['logs', at.name, 'web-2'])).out).toBe('web-2 | up\nweb-2 | up\n');
	await at.tsbox(['rm', '-f', at.name, 'web']);
	expect(Object.keys(await rows(at, 'name')).sort()).toEqual(['alone-1', 'late-1']);
	await at.tsbox(['down', at.name]);
	expect(at.leftovers()).toEqual([]);
});

test('a container whose name has changed is recreated, and what depends on it is started again', async () => {
	await using at = await testBox();
	const spec = (key: string): string =>
		project(at, {web: `${sleeper}${key}`, late: `${sleeper}depends_on: {web: {restart: true}}\n`});
	await at.tsbox(['up', '-d', spec(`container_name: ${at.name}-web\n`)]);
	const first = await rows(at, 'name');
	expect(Object.keys(first).sort()).toEqual(['late-1', 'web']);
	const up = await at.tsbox(['up', '-d', spec('')]);
	expect(ran(up.err)).toContain('web is recreated: container_name changed');
	const second = await rows(at, 'name');
	expect(Object.keys(second).sort()).toEqual(['late-1', 'web-1']);
	expect(second['late-1']?.pid).not.toBe(first['late-1']?.pid);
	await at.tsbox(['down', at.name]);
	expect(at.leftovers()).toEqual([]);
});

test('what depends on a service with `restart: true` is started again along with it', async () => {
	await using at = await testBox();
	const spec = (db: string): string =>
		project(at, {
			db: `${sleeper}${db}`,
			web: `${sleeper}depends_on: {db: {condition: service_started, restart: true}}\n`,
			shop: `${sleeper}depends_on: {web: {restart: true}}\n`,
			other: `${sleeper}depends_on: [db]\n`,
		});
	await at.tsbox(['up', '-d', spec('')]);
	const first = await rows(at);
	await at.tsbox(['restart', at.name, 'db']);
	const second = await rows(at);
	for (const name of ['db', 'web', 'shop']) expect(second[name]?.pid).not.toBe(first[name]?.pid);
	expect(second['other']?.pid).toBe(first['other']?.pid);
	await at.tsbox(['up', '-d', spec('hostname: another\n')]);
	const third = await rows(at);
	for (const name of ['db', 'web', 'shop']) expect(third[name]?.pid).not.toBe(second[name]?.pid);
	expect(third['other']).toMatchObject({pid: first['other']?.pid, state: 'running'});
	await at.tsbox(['down', at.name]);
	expect(at.leftovers()).toEqual([]);
});

test('a number of containers that cannot be is refused', async () => {
	await using at = await testBox();
	const spec = project(at, {web: sleeper});
	expect((await at.tsbox(['up', '-d', '--scale', 'wev=2', spec])).err).toContain('did you mean web?');
	expect((await at.tsbox(['up', '-d', '--scale', 'web', spec])).status).toBe(2);
	expect((await at.tsbox(['up', '--scale', 'web=0', spec])).err).toContain('every service is scaled to 0');
	const named = project(at, {web: `${sleeper}scale: 2\ncontainer_name: mine\n`});
	expect((await at.tsbox(['up', '-d', named])).err).toContain('2 containers cannot share');
	const clash = project(at, {web: sleeper, other: `${sleeper}container_name: ${at.name}-web-1\n`});
	expect((await at.tsbox(['up', '-d', clash])).err).toContain('two containers have the name');
	expect(at.leftovers()).toEqual([]);
});
