import type {ContainerSummary} from '../../container/observe/list.ts';
import {describe, expect, test} from 'vitest';
import type {Project, Service} from '../../spec/model/project.ts';
import type {EngineApi} from '../verb/engine.ts';
import {tsbox} from '../../../test/support/fake-surroundings.ts';

const hint = 'use `tsbox dash --plain`, `tsbox ps --watch` or `tsbox stats`';

describe('without a capable terminal, the dashboard is refused with alternatives', () => {
	test.each([
		['no terminal', {}],
		['output alone', {terminals: ['stdout'] as const}],
		['input alone', {terminals: ['stdin'] as const}],
		['a terminal that can do nothing', {terminals: ['stdin', 'stdout'] as const, env: {TERM: 'dumb'}}],
	])('%s', async (_, surroundings) => {
		const {status, out, err, calls} = await tsbox('dash', surroundings);
		expect({status, out, calls}).toEqual({status: 2, out: '', calls: []});
		expect(err).toContain('the dashboard needs a terminal that can move its cursor');
		expect(err).toContain(hint);
	});
});

test('unknown columns, themes, and options are rejected', async () => {
	for (const line of ['dash --sort cpus', 'dash --theme blue', 'dash --nonsense', 'dash web']) {
		const {status, calls} = await tsbox(line);
		expect({status, calls}).toEqual({status: 2, calls: []});
	}
});

describe('--keys', () => {
	test('lists all keys with or without a terminal', async () => {
		const {status, out} = await tsbox('dash --keys');
		expect(status).toBe(0);
		expect(out).toMatch(/^list +s +stop +stop$/m);
		expect(out).toMatch(/^anywhere +q, ctrl-c +quit +leave; all containers go on$/m);
	});

	const openMachine =
		(keys: Readonly<Record<string, readonly string[]>>): EngineApi['openMachine'] =>
		async () =>
			({dash: {origin: '/x.yaml', config: {keys}}}) as unknown as Awaited<ReturnType<EngineApi['openMachine']>>;

	test('uses the keys of the configuration', async () => {
		const {out} = await tsbox('dash --keys', {engine: {openMachine: openMachine({stop: ['f5', 'x']})}});
		expect(out).toMatch(/^list +f5, x +stop +stop$/m);
	});
});

const one = (name: string, more: Partial<ContainerSummary> = {}): ContainerSummary => ({
	name,
	state: 'running',
	pid: 1,
	command: ['sleep', '1'],
	spec: '/x.yaml',
	image: 'host',
	started: 0,
	...more,
});
const web = one('shop-web', {project: 'shop', service: 'web', health: 'starting', restarts: 0, exitCode: null});

const watching = (...lists: readonly (readonly ContainerSummary[])[]): Partial<EngineApi> => ({
	watchList: async function* () {
		yield* lists;
	},
});

/** Lines without their time, after a check that all times are the same. */
async function lines(
	line: string | readonly string[],
	...lists: readonly (readonly ContainerSummary[])[]
): Promise<readonly string[]> {
	const {status, out} = await tsbox(line, {engine: watching(...lists)});
	expect(status).toBe(0);
	const all = out.trimEnd().split('\n');
	return all.map(each => {
		expect(each).toMatch(/^1970-01-01T00:16:40\.000Z /);
		return each.slice(25);
	});
}

describe('--plain', () => {
	test('prints all containers, then one line per change', async () => {
		expect(
			await lines(
				'dash --plain',
				[web, one('demo')],
				[web, one('demo')],
				[{...web, health: 'healthy'}, one('demo', {state: 'paused'})],
				[{...web, health: 'healthy', restarts: 1}],
				[{...web, state: 'exited', exitCode: 137, restarts: 2}, one('new')],
			),
		).toEqual([
			'2 containers',
			'shop-web (service web of shop) is running, starting',
			'demo is running',
			'shop-web (service web of shop) is running, healthy',
			'demo is paused',
			'shop-web (service web of shop) is running, healthy, 1 restart',
			'demo is gone',
			'shop-web (service web of shop) has exited with status 137, 2 restarts',
			'new is running',
		]);
	});

	test('reports that there are no containers', async () => {
		expect(await lines('dash --plain', [], [one('a')])).toEqual(['0 containers', 'a is running']);
		expect(await lines('dash --plain', [one('a')])).toEqual(['1 container', 'a is running']);
	});

	test('filters containers like the dashboard', async () => {
		expect(await lines('dash --plain -f SHOP', [web, one('demo')])).toEqual([
			'1 container',
			'shop-web (service web of shop) is running, starting',
		]);
		expect(await lines(['dash', '--plain', '--filter', 'running !shop'], [web, one('demo')])).toEqual([
			'1 container',
			'demo is running',
		]);
	});

	test('a container that no longer matches the filter is printed with its new state, not as gone', async () => {
		expect(
			await lines('dash --plain -f running', [one('a'), one('b')], [one('a', {state: 'exited', exitCode: 1})]),
		).toEqual(['2 containers', 'a is running', 'b is running', 'a has exited with status 1', 'b is gone']);
	});

	test('control characters from an image are escaped', async () => {
		expect((await lines('dash --plain', [one('\u001b[2Ja\nb')], [])).join('|')).not.toMatch(/[\u0000-\u001f]/);
	});
});

describe('up --dash', () => {
	const service = (name: string): Service => ({service: name, name: `shop-${name}`}) as unknown as Service;
	const shop: Project = {name: 'shop', file: '/home/shop.yaml', services: [service('web'), service('db')]};

	test.each([
		['up --dash shop.yaml', []],
		['up --dash --plain shop.yaml', ['stdin', 'stdout'] as const],
	])(
		'%s, where nothing can be drawn, is the lines of up -d and then those of dash --plain',
		async (line, terminals) => {
			const {status, out, err, calls} = await tsbox(line, {
				terminals,
				engine: {loadProject: async () => shop, ...watching([web])},
			});
			expect(status).toBe(0);
			expect(calls.map(([name]) => name)).toContain('upDetached');
			expect(err).toBe('demo is running (pid 1234)\n');
			expect(out).toBe(
				'1970-01-01T00:16:40.000Z 1 container\n1970-01-01T00:16:40.000Z shop-web (service web of shop) is running, starting\n',
			);
		},
	);

	test('stops if a service did not start', async () => {
		const {status, out} = await tsbox('up --dash shop.yaml', {
			engine: {
				loadProject: async () => shop,
				upDetached: async () => [
					{service: 'web', name: 'x', status: 'failed', health: 'none', exitCode: 1, restarts: 0, pid: 0},
				],
				...watching([web]),
			},
		});
		expect({status, out}).toEqual({status: 1, out: ''});
	});

	test.each([
		['up --dash --json shop.yaml', '--json and --dash cannot be combined'],
		['up --dash --step shop.yaml', '--step and'],
		['up --dash --attach web shop.yaml', '--attach and'],
		['up --dash --abort-on-container-exit shop.yaml', '--abort-on-container-exit and'],
	])('%s is refused before anything is opened', async (line, said) => {
		const {status, err, calls} = await tsbox(line, {engine: {loadProject: async () => shop}, terminals: ['stdin']});
		expect({status, calls}).toEqual({status: 2, calls: []});
		expect(err).toContain(said);
	});
});
