import {describe, expect, test} from 'vitest';
import type {Project, Service} from '../../spec/model/project.ts';
import {tsbox} from '../../../test/support/fake-surroundings.ts';

const service = (name: string, replica?: number): Service =>
	({service: name, name: `shop-${name}`, ...(replica === undefined ? {} : {replica})}) as unknown as Service;
const shop: Project = {name: 'shop', file: '/home/shop.yaml', services: [service('web'), service('db')]};
const of = (project: Project) => ({loadProject: async () => project});

test('the supervisor starts several containers, and output lines have their names', async () => {
	const {status, out, err, calls} = await tsbox('up --scale web=1 shop.yaml', {engine: of(shop)});
	expect({status, out, err}).toEqual({
		status: 3,
		out: 'web | hello\n',
		err: 'web is running (pid 1234)\nweb | oh\n',
	});
	expect(calls.at(-1)).toEqual([
		'upAttached',
		{
			spec: {
				cwd: '/home',
				env: {},
				bestEffort: false,
				profiles: [],
				file: 'shop.yaml',
				overrides: {scale: {web: 1}},
			},
			services: [],
			program: '/package/bin/tsbox',
			abortOnExit: false,
			buildImages: expect.any(Function) as unknown,
			shown: ['demo', 'web'],
		},
	]);
});

test.each([
	['up shop.yaml', shop, 'upAttached'],
	['up shop.yaml web db', shop, 'upAttached'],
	['up shop.yaml web', shop, 'up'],
	['up shop.yaml web web', shop, 'up'],
	['up shop.yaml web', {...shop, services: [service('web'), service('web', 2)]}, 'upAttached'],
	['up shop.yaml', {...shop, active: ['db']}, 'up'],
	['up shop.yaml', {...shop, services: [service('web')]}, 'up'],
	['up --wait shop.yaml', shop, 'upDetached'],
] as const)('%s: which way it goes', async (line, project, way) => {
	const {calls} = await tsbox(line, {engine: of(project)});
	expect(calls.at(-1)?.[0]).toBe(way);
});

test('--json prints events on standard output, and container output on standard error', async () => {
	const {out, err} = await tsbox('up --json --no-log-prefix shop.yaml', {engine: of(shop)});
	expect(JSON.parse(out)).toMatchObject({type: 'service.started', service: 'web'});
	expect(err).toBe('hello\noh\n');
});

test('a signal stops all containers, prints a message, and sets the exit status', async () => {
	const {status, err} = await tsbox('up shop.yaml', {engine: of(shop), signals: ['SIGTERM']});
	expect({status, err: err.split('\n')[0]}).toEqual({status: 143, err: 'stopping; press Ctrl-C again to kill'});
	expect((await tsbox('up shop.yaml', {engine: of(shop), signals: ['SIGINT']})).status).toBe(130);
});

test('--exit-code-from stops all containers when the first one exits', async () => {
	const {calls} = await tsbox('up --exit-code-from web shop.yaml', {engine: of(shop)});
	expect(calls.at(-1)?.[1]).toMatchObject({abortOnExit: true, exitCodeFrom: 'web'});
	const abort = await tsbox('up --abort-on-container-exit shop.yaml', {engine: of(shop)});
	expect(abort.calls.at(-1)?.[1]).toMatchObject({abortOnExit: true});
});

test('--attach and --no-attach select output', async () => {
	for (const [line, shown] of [
		['up --attach web shop.yaml', ['web']],
		['up --no-attach web shop.yaml', ['demo']],
		['up --attach web --no-attach web shop.yaml', []],
	] as const)
		expect((await tsbox(line, {engine: of(shop)})).calls.at(-1)?.[1]).toMatchObject({shown});
});

describe('conflicting options are rejected before any engine call', () => {
	test.each([
		['up -d --abort-on-container-exit shop.yaml', '--abort-on-container-exit and -d cannot be combined'],
		['up --wait --exit-code-from web shop.yaml', '--exit-code-from and -d cannot be combined'],
		['up -d --no-log-prefix shop.yaml', '--no-log-prefix and -d cannot be combined'],
		['up -d --attach web shop.yaml', '--attach and -d cannot be combined'],
		['up -d --no-attach web shop.yaml', '--no-attach and -d cannot be combined'],
		['up -d --step shop.yaml', '--step and -d cannot be combined'],
		['up --wait-timeout 3 shop.yaml', '--wait-timeout works only with -d'],
		['up --step shop.yaml', '--step needs a single container'],
		['up --exit-code-from db shop.yaml web', 'service db is not selected'],
		['up --exit-code-from dbb shop.yaml web', '/home/shop.yaml has no service dbb\n  hint     did you mean db?'],
		['up --attach wbe shop.yaml', '/home/shop.yaml has no service wbe\n  hint     did you mean web?'],
		['up --no-attach other shop.yaml', '/home/shop.yaml has no service other\n  hint     it has web, db'],
		['up --scale web shop.yaml', '--scale web is not SERVICE=N with N from 0 to 1000'],
	])('%s', async (line, said) => {
		const {status, err, calls} = await tsbox(line, {engine: of(shop), terminals: ['stdin']});
		expect(status).toBe(2);
		expect(err).toContain(said);
		expect(calls).toEqual([]);
	});
});
