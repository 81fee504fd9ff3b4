import {afterAll, beforeAll, expect, test} from 'vitest';
import {type Running, type TestBox, testBox} from '../system/box.ts';
import {project, rows, sleeper, until} from '../system/project.ts';
import {dashboard, leave, upInBackground} from './dashboard.ts';
import {rowOf, rowsInOrder} from './seen.ts';

/* The overview of `tsbox dash`, held against what `tsbox ps` says of the same containers. */

let at: TestBox;
let alone: Running;

beforeAll(async () => {
	at = await testBox();
	const shop = project(at, {
		again: 'command: [sh, -c, "sleep 0.1; exit 1"]\nrestart: on-failure:2\n',
		bad: 'command: [/no/such]\n',
		busy: 'command: [sh, -c, "while :; do :; done"]\nstop_grace_period: 0s\ncpus: 0.2\n',
		fails: 'command: [sh, -c, "echo oops >&2; exit 3"]\n',
		sick: `${sleeper}healthcheck: {test: [CMD, "false"], interval: 1s, retries: 1}\n`,
		web: `${sleeper}mem_limit: 64m\nhealthcheck: {test: [CMD, "true"], interval: 1s}\n`,
	});
	// One of them does not start, which is the exit status.
	await upInBackground(at, shop, 1);
	const spec = at.file('alone.yaml', `name: ${at.name}-alone\nrootfs: ${at.rootfs}\n${sleeper}`);
	alone = at.start(['run', spec]);
	await alone.says('up');
});

afterAll(async () => {
	await at.tsbox(['down', `${at.name}-alone`]);
	await alone.ended;
	await leave(at);
});

test('every container is there as ps has it: of projects, of other terminals, failed, started again, sick and well', async () => {
	await until('all has settled', async () => {
		const {again, sick, web} = await rows(at);
		return (
			again?.restarts === 2 && again.state === 'exited' && sick?.health === 'unhealthy' && web?.health === 'healthy'
		);
	});
	await using screen = await dashboard(at);
	const text = await screen.shows(/1 unhealthy {2}3 failed/);
	const named = await rows(at, 'name');
	expect(Object.keys(named).toSorted()).toEqual(['again-1', 'alone', 'bad-1', 'busy-1', 'fails-1', 'sick-1', 'web-1']);
	for (const [name, {state, exitCode, health, restarts}] of Object.entries(named)) {
		const row = rowOf(text, `${at.name}-${name}`);
		expect(row).toContain(state === 'exited' ? `exited ${exitCode}` : state);
		const isHealthKnown = state === 'running' && (health ?? 'none') !== 'none';
		expect(row).toContain(isHealthKnown ? health : ' - ');
		expect(row).toMatch(restarts === undefined ? / - / : new RegExp(` ${restarts} `));
	}
	expect(rowOf(text, `${at.name}-bad-1`)).toContain('exited 127');
	expect(text).toMatch(new RegExp(`▾ ${at.name} {2}3 of 6 running`));
	await screen.shows(/64M {2,}3 /);
	expect(rowOf(await screen.screen(), `${at.name}-web-1`)).toMatch(/\d+(\.\d)?[KM]\/64M/);
	await screen.close();
});

test('the busiest comes first where it is sorted by cpu, and the least the other way round', async () => {
	await using screen = await dashboard(at, ['-s', 'cpu', '-r']);
	const inOrder = (first: string, then: string): RegExp =>
		new RegExp(`${at.name}-${first}-1 [^]*${at.name}-${then}-1 `);
	await screen.shows(inOrder('busy', 'web'));
	await screen.keys('O');
	await screen.shows(inOrder('web', 'busy'));
	await screen.shows(/CPU \S*▲/);
	await screen.keys('o');
	await screen.type('name');
	await screen.keys('Enter');
	await screen.shows('NAME ▲');
	const names = rowsInOrder(await screen.screen(), at.name);
	expect(names).toEqual(['again-1', 'bad-1', 'busy-1', 'fails-1', 'sick-1', 'web-1', 'alone']);
	await screen.keys('p');
	await screen.shows(new RegExp(`again[^]*-alone[^]*-bad`), '▾');
	await screen.keys('p');
	await screen.shows('▾');
	await screen.close();
});

test('a filter leaves what has its words as one types, and escape gives all back', async () => {
	await using screen = await dashboard(at);
	await screen.shows(`${at.name}-web-1 `);
	await screen.keys('/');
	await screen.shows('show what matches');
	await screen.type('running');
	await screen.shows(`${at.name}-web-1 `, `${at.name}-fails-1 `);
	await screen.type(' !sick');
	await screen.shows(`${at.name}-busy-1 `, `${at.name}-sick-1 `);
	await screen.keys('Enter');
	await screen.shows('filter: running !sick', 'show what matches');
	expect(rowsInOrder(await screen.screen(), at.name).toSorted()).toEqual(['alone', 'busy-1', 'web-1']);
	await screen.keys('Escape');
	await screen.shows(`${at.name}-fails-1 `, 'filter: running');
	await screen.keys('/');
	await screen.shows('show what matches');
	await screen.type('no-such-thing');
	await screen.shows('nothing matches no-such-thing');
	await screen.keys('Escape');
	await screen.shows(`${at.name}-fails-1 `, 'no-such-thing');
	await screen.close();
	await using given = await dashboard(at, ['-f', 'fails']);
	await given.shows(`${at.name}-fails-1 `, `${at.name}-web-1 `);
	await given.close();
});

test('a project is folded and unfolded', async () => {
	await using screen = await dashboard(at);
	await screen.shows(`▶ ▾ ${at.name} `);
	await screen.keys('Left');
	await screen.shows(`▸ ${at.name} `, `${at.name}-web-1 `);
	expect(rowsInOrder(await screen.screen(), at.name)).toEqual(['alone']);
	await screen.keys('Enter');
	await screen.shows(`▾ ${at.name} `, `▸ ${at.name} `);
	await screen.shows(`${at.name}-web-1 `);
	await screen.close();
});

test('one that appears, is killed and goes is seen to', async () => {
	await using screen = await dashboard(at);
	const spec = at.file('late.yaml', `name: ${at.name}-late\nrootfs: ${at.rootfs}\n${sleeper}`);
	const late = at.start(['run', spec]);
	await screen.shows(new RegExp(`${at.name}-late +● running`));
	const row = (await rows(at, 'name'))['late'];
	await screen.keys('End');
	await screen.shows(new RegExp(`▶ *${at.name}-late`));
	process.kill(row?.pid ?? 0, 'SIGKILL');
	await screen.shows(`${at.name}-alone`, `${at.name}-late`);
	expect((await late.ended).status).toBe(137);
	// The process of one that is looked after: it stays, with how it ended.
	process.kill((await rows(at))['busy']?.pid ?? 0, 'SIGKILL');
	await screen.shows(new RegExp(`${at.name}-busy-1 +✘ exited 137`));
	await at.tsbox(['rm', `${at.name}-busy-1`]);
	await screen.shows(`${at.name}-web-1 `, `${at.name}-busy-1 `);
	await at.tsbox(['up', '-d', `${at.folder}/shop.yaml`, 'busy']);
	await screen.shows(new RegExp(`${at.name}-busy-1 +● running`));
	await screen.close();
});

test('what is marked is stopped at once, each by its command', async () => {
	await using screen = await dashboard(at);
	await screen.shows(`▶ ▾ ${at.name} `);
	for (const name of ['busy', 'web']) {
		await screen.keys(':');
		await screen.shows('do, or go to');
		await screen.type(`go to ${at.name}-${name}-1`);
		await screen.keys('Enter');
		await screen.shows(new RegExp(`▶. *${at.name}-${name}-1 `), 'do, or go to');
		await screen.keys('Space');
		await screen.shows(new RegExp(`✚ +${at.name}-${name}-1 `));
	}
	await screen.shows('2 marked');
	await screen.keys('s');
	const text = await screen.shows(new RegExp(`✔ \\$ tsbox stop ${at.name}-busy-1[^]*2 commands: done`), '2 marked');
	expect(text).toContain(`✔ $ tsbox stop ${at.name}-web-1`);
	const {busy, web, sick} = await rows(at);
	expect([busy?.state, web?.state, sick?.state]).toEqual(['exited', 'exited', 'running']);
	await screen.shows(new RegExp(`${at.name}-web-1 +○ exited 0`));
	await screen.keys('a');
	await screen.shows('only what runs', `${at.name}-web-1  `);
	await screen.keys('a');
	await screen.shows(new RegExp(`${at.name}-web-1 +○ exited 0`));
	await screen.close();
	await at.tsbox(['start', at.name, 'web', 'busy']);
});

test('a service that did not start shows the step that failed', async () => {
	await using screen = await dashboard(at, ['-f', 'bad']);
	await screen.keys('Down', '2');
	const text = await screen.shows('/no/such is not in the container');
	expect(text).toMatch(/> ✘ run \/no\/such +failed after/);
	await screen.keys('Tab', 'Home');
	await screen.shows('✘ failed at: run /no/such');
	await screen.close();
});
