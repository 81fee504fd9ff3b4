import {mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {type TestBox, testBox} from './box.ts';
import {project, rows, sleeper, until} from './project.ts';

/* Records of detached containers: each life is one. */

/** What the tests look at of a record. */
interface Shown {
	readonly id: string;
	readonly name: string;
	readonly outcome: string;
	readonly end: {readonly exitCode: number} | null;
	readonly error?: {readonly code: string};
	readonly detached?: {readonly project: string; readonly service: string; readonly restarts: number};
	readonly warnings: readonly string[];
	readonly usage: {readonly memoryPeak: number | null} | null;
	readonly steps: readonly {readonly status: string | null; readonly startedAt: number | null}[];
	readonly files: readonly {readonly path: string}[];
	readonly logs: {readonly stdout: {readonly text: string}; readonly stderr: {readonly text: string}};
	readonly commandStartedAt: number;
	readonly commandEndedAt: number;
}

/** All records, the oldest first. */
async function records(box: TestBox): Promise<readonly Shown[]> {
	const {out} = await box.tsbox(['runs', '-q']);
	const shown: Shown[] = [];
	for (const id of out.trim().split('\n').filter(Boolean).toReversed())
		shown.push(JSON.parse((await box.tsbox(['runs', 'show', '--json', id])).out) as Shown);
	return shown;
}

const folderOf = (box: TestBox): string => join(box.folder, 'store/runs');

function idsOf(box: TestBox): readonly string[] {
	try {
		return readdirSync(folderOf(box));
	} catch {
		return [];
	}
}

function supervisorPid(box: TestBox): number {
	const path = join(box.folder, `state/projects/${box.name}/supervisor.json`);
	return (JSON.parse(readFileSync(path, 'utf8')) as {readonly pid: number}).pid;
}

const recorded = (command: string, more = ''): string =>
	`record: true\n${more}command: [sh, -c, ${JSON.stringify(command).replaceAll('$', '$$$$')}]\n`;

describe.skipIf(process.getuid?.() !== 0)('records of containers in the background', () => {
	test('each life of a container that is started again is a record, with what it printed itself', async () => {
		await using box = await testBox();
		const command =
			'n=$(cat /n 2>/dev/null || echo 1); echo "life $n"; echo "oops $n" >&2; echo $((n+1)) > /n; exit $n';
		const spec = project(box, {web: recorded(command, 'restart: on-failure:1\nenvironment: {A: b}\n')});
		expect((await box.tsbox(['up', '-d', spec])).status).toBe(0);
		await until(
			'it has ended for good',
			async () => (await rows(box))['web']?.state === 'exited' && idsOf(box).length === 2,
		);
		const [first, second] = await records(box);
		expect(first).toMatchObject({
			name: `${box.name}-web-1`,
			outcome: 'ended',
			end: {exitCode: 1},
			detached: {project: box.name, service: 'web', restarts: 0},
			warnings: [],
			logs: {stdout: {text: 'life 1\n'}, stderr: {text: 'oops 1\n'}},
			files: [{path: '/n'}],
		});
		expect(second).toMatchObject({
			end: {exitCode: 2},
			detached: {restarts: 1},
			logs: {stdout: {text: 'life 2\n'}, stderr: {text: 'oops 2\n'}},
		});
		expect(first?.steps.filter(({status, startedAt}) => status !== 'done' || startedAt === null)).toEqual([]);
		expect(first?.usage?.memoryPeak).toBeGreaterThan(0);
		expect(first?.commandEndedAt).toBeGreaterThanOrEqual(first?.commandStartedAt ?? Number.NaN);
		expect(readFileSync(join(folderOf(box), first?.id ?? '', 'log-times'), 'utf8')).toMatch(/^(\d{13} [oe] 7\n){2}$/);
		await box.tsbox(['down', box.name]);
		const replayed = await box.tsbox(['replay', first?.id ?? '']);
		expect(replayed).toMatchObject({status: 1, out: 'life 1\n'});
		expect((await box.tsbox(['runs', 'diff', first?.id ?? '', second?.id ?? ''])).status).toBe(1);
		expect(box.leftovers()).toEqual([]);
	});

	test('`down` records what it stops, and what is not to be recorded is not', async () => {
		await using box = await testBox();
		const spec = project(box, {web: `record: true\n${sleeper}`, db: sleeper});
		await box.tsbox(['up', '-d', spec]);
		expect((await box.tsbox(['down', box.name])).status).toBe(0);
		const all = await records(box);
		expect(all.map(({name, end}) => [name, end])).toEqual([[`${box.name}-web-1`, {exitCode: 0, signal: null}]]);
		expect(box.leftovers()).toEqual([]);
	});

	test('a service that does not start is recorded with why, and `up` in the foreground tells of records', async () => {
		await using box = await testBox();
		const spec = project(box, {web: recorded('echo done'), bad: 'record: true\ncommand: [nosuch]\n'});
		const {err} = await box.tsbox(['up', spec]);
		expect(err).toMatch(
			/^web is recorded as \d{8}t\d{6}-[0-9a-f]{6}; the record holds the environment and all secrets$/m,
		);
		expect(err).toMatch(/^bad is recorded as /m);
		const bad = (await records(box)).find(({name}) => name.endsWith('-bad-1'));
		expect(bad).toMatchObject({outcome: 'failed', end: null, error: {code: 'E_COMMAND_NOT_FOUND'}, files: []});
		expect(bad?.steps.filter(({status}) => status === 'failed')).toHaveLength(1);
		expect(box.leftovers()).toEqual([]);
	});

	test('a supervisor that takes over records what another one started', async () => {
		await using box = await testBox();
		const spec = project(box, {web: `record: true\n${sleeper.replace('echo up', 'echo up; echo x > /made')}`});
		await box.tsbox(['up', '-d', spec]);
		await until('it has printed', async () => (await box.tsbox(['logs', box.name])).out !== '');
		process.kill(supervisorPid(box), 'SIGKILL');
		await box.tsbox(['down', box.name]);
		const [run, ...more] = await records(box);
		expect(more).toEqual([]);
		expect(run).toMatchObject({
			end: {exitCode: 0},
			warnings: [expect.stringContaining('the supervisor was killed while the container ran')],
			files: [{path: '/made'}],
			logs: {stdout: {text: 'up\n'}},
		});
		expect(run?.steps.every(({status}) => status === 'done')).toBe(true);
		expect(box.leftovers()).toEqual([]);
	});

	test('a life is recorded once, also when its supervisor died before it had noted the end', async () => {
		await using box = await testBox();
		await box.tsbox(['up', '-d', project(box, {web: recorded('exit 3')})]);
		await until('it is recorded', () => idsOf(box).length === 1 && !idsOf(box)[0]?.startsWith('.'));
		await until('its supervisor has ended', () => {
			try {
				return supervisorPid(box) === 0;
			} catch {
				return true;
			}
		});
		const before = idsOf(box);
		rmSync(join(box.folder, `state/containers/${box.name}-web-1/notes.json`));
		expect((await box.tsbox(['stop', box.name])).status).toBe(0);
		expect((await rows(box))['web']?.state).toBe('exited');
		expect(idsOf(box)).toEqual(before);
	});

	test('of the lives of a container the ten newest are kept', async () => {
		await using box = await testBox();
		const old = Array.from({length: 10}, (_, at) => `2020010${at}t000000-abcdef`);
		const other = '20190101t000000-abcdef';
		for (const id of [...old, other]) {
			mkdirSync(join(folderOf(box), id), {recursive: true});
			writeFileSync(join(folderOf(box), id, 'life-of'), `${box.name}-${id === other ? 'db' : 'web'}-1\n`);
		}
		await box.tsbox(['up', project(box, {web: recorded('exit 0'), db: 'command: ["true"]\n'})]);
		const left = idsOf(box).toSorted();
		expect(left).toHaveLength(11);
		expect(left.slice(0, -1)).toEqual([other, ...old.slice(1)]);
	});

	test('a record that cannot be had is told of, and the container goes its way', async () => {
		await using box = await testBox();
		mkdirSync(join(box.folder, 'store'), {recursive: true});
		writeFileSync(folderOf(box), 'no folder');
		const {status, err} = await box.tsbox(['up', project(box, {web: recorded('exit 4'), db: 'command: ["true"]\n'})]);
		expect(status).toBe(4);
		expect(err).toMatch(/^warning: web could not be recorded: ENOTDIR: .*$/m);
		expect(box.leftovers()).toEqual([]);
	});

	test('a change of `record` recreates the container', async () => {
		await using box = await testBox();
		const spec = project(box, {web: sleeper});
		await box.tsbox(['up', '-d', spec]);
		project(box, {web: `record: true\n${sleeper}`});
		expect((await box.tsbox(['up', '-d', spec])).err).toContain('web is recreated: record changed');
		await box.tsbox(['down', '-t', '0', box.name]);
		expect(await records(box)).toHaveLength(1);
	});

	test('`--record` with -d is refused, and says what does it', async () => {
		await using box = await testBox();
		const {status, err} = await box.tsbox(['up', '-d', '--record', project(box, {web: sleeper})]);
		expect(status).toBe(2);
		expect(err).toContain('set `record: true` in each service that you want to record');
	});
});
