import {afterAll, beforeAll, expect, test} from 'vitest';
import {type TestBox, testBox} from '../system/box.ts';
import {project, rows, sleeper, until} from '../system/project.ts';
import {leave, onScreen, tsboxLine} from './dashboard.ts';
import type {TmuxScreen} from './tmux.ts';

/* `tsbox up --dash`: how services come up, and what can be done meanwhile. */

const slow = `${sleeper}healthcheck: {test: [CMD-SHELL, "test -e /ready"], interval: 100ms, retries: 100000}\n`;
let at: TestBox;

beforeAll(async () => {
	at = await testBox();
});

afterAll(() => leave(at));

function upDash(spec: string, ...more: readonly string[]): Promise<TmuxScreen> {
	return onScreen(at, `exec ${tsboxLine(at, ['up', '--dash', ...more, spec])}`);
}

/** Three services in a row, of which the first is healthy once `/ready` is there. */
function chain(): string {
	return project(at, {
		web: `${sleeper}depends_on: {app: {condition: service_started}}\n`,
		app: `${sleeper}depends_on: {db: {condition: service_healthy}}\n`,
		db: slow,
	});
}

/** Lets the first one be healthy; it may not run yet. */
async function ready(): Promise<void> {
	await until(
		'it is told',
		async () => (await at.tsbox(['exec', `${at.name}-db-1`, '--', 'touch', '/ready'])).status === 0,
	);
}

test('services are shown in the order of the spec with what they wait for, and then the dashboard is', async () => {
	await using screen = await upDash(chain());
	const text = await screen.shows('waits until db is healthy');
	expect(text).toContain(`up ${at.name} (q leaves or stops)`);
	await screen.shows(/db +running/);
	expect(await screen.screen()).toMatch(/web[^]*app[^]*db/);
	expect(await screen.screen()).toContain('waits until app has started');
	await ready();
	await screen.shows(`up ${at.name}: 3 services run, in`, '╭');
	await screen.shows('3 of 3 running');
	expect(Object.values(await rows(at)).map(({state}) => state)).toEqual(['running', 'running', 'running']);
	await screen.keys('q');
	expect(await screen.ended()).toBe(0);
	await screen.close();
	expect(Object.keys(await rows(at))).toHaveLength(3);
	await at.tsbox(['down', at.name]);
});

test('a service that fails is open at its step, with what was said', async () => {
	await using screen = await upDash(project(at, {web: sleeper, bad: 'command: [/no/such]\n'}));
	const text = await screen.shows('bad did not start (Enter goes to the dashboard)');
	expect(text).toMatch(/✘ bad +failed, .*\/no\/such is not in the container/);
	expect(text).toContain('✘ run /no/such');
	expect(text).toMatch(/✔ web +running/);
	await screen.keys('Enter');
	await screen.shows('1 of 2 running', '╭');
	await screen.keys('q');
	expect(await screen.ended()).toBe(0);
	await screen.close();
	await at.tsbox(['down', at.name]);
});

test('q asks; whoever goes on watching sees them come up', async () => {
	await using screen = await upDash(chain());
	await screen.shows('waits until db is healthy');
	await screen.keys('q');
	await screen.shows(`${at.name} is still being started`);
	await screen.keys('Enter');
	await screen.shows('waits until db is healthy', 'still being started');
	await screen.keys('q');
	await screen.shows('still being started');
	await screen.type('go to the');
	await screen.shows('▶ go to the dashboard');
	await screen.keys('Enter');
	await screen.shows('space mark', '╭');
	await ready();
	await screen.shows(`up ${at.name}: 3 services run, in`);
	await screen.keys('q');
	expect(await screen.ended()).toBe(0);
	await screen.close();
	await at.tsbox(['down', at.name]);
});

test('who detaches leaves them to their supervisor, which goes on', async () => {
	await using screen = await upDash(chain());
	await screen.shows(/db +running/);
	await screen.keys('q');
	await screen.shows('still being started');
	await screen.type('detach');
	await screen.shows('▶ detach');
	await screen.keys('Enter');
	expect(await screen.ended()).toBe(0);
	await screen.close();
	await ready();
	await until('all run', async () => (await rows(at))['web']?.state === 'running');
	expect((await at.tsbox(['down', at.name])).status).toBe(0);
});

test('when the terminal is gone in the middle of it, this process is, and they come up', async () => {
	await using screen = await upDash(chain());
	await screen.shows(/db +running/);
	// Waits for its end.
	await screen.close();
	await ready();
	await until('all run', async () => (await rows(at))['web']?.state === 'running');
	expect((await at.tsbox(['down', at.name])).status).toBe(0);
});

test('who stops takes all of it down', async () => {
	await using screen = await upDash(chain());
	await screen.shows(/db +running/);
	await screen.keys('C-c');
	await screen.shows('still being started');
	await screen.type('stop');
	await screen.shows('▶ stop');
	await screen.keys('Enter');
	await screen.shows(`tsbox down ${at.name}`);
	await screen.shows('0 projects, 0 containers', '╭');
	await screen.keys('q');
	expect(await screen.ended()).toBe(0);
	await screen.close();
	expect(await rows(at)).toEqual({});
});

test('without a terminal, or with --plain, there is a line for each change', async () => {
	const spec = project(at, {web: sleeper, db: sleeper});
	const run = at.start(['up', '--dash', '--plain', spec]);
	await run.says(`${at.name}-web-1 (service web of ${at.name}) is running`);
	const pipe = at.start(['dash', '--plain', '-f', 'web']);
	await pipe.says(`${at.name}-web-1 (service web of ${at.name}) is running`);
	await at.tsbox(['stop', `${at.name}-web-1`]);
	await pipe.says(`${at.name}-web-1 (service web of ${at.name}) has exited with status 0`);
	await at.tsbox(['rm', `${at.name}-web-1`]);
	await pipe.says(`${at.name}-web-1 is gone`);
	pipe.child.kill('SIGTERM');
	run.child.kill('SIGINT');
	const {out} = await pipe.ended;
	expect(out).not.toMatch(/\u001b|-db-1 /);
	expect((await run.ended).out).toContain(`${at.name}-db-1 (service db of ${at.name}) is running`);
	const refused = await at.tsbox(['dash']);
	expect(refused.status).toBe(2);
	expect(refused.err).toContain('tsbox dash --plain');
	await at.tsbox(['down', at.name]);
});
