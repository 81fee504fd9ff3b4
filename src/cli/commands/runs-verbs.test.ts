import {expect, test} from 'vitest';
import {TsboxError} from '../../errors/tsbox-error.ts';
import type {OciConfig} from '../../oci/config.ts';
import type {Project, Service} from '../../spec/model/project.ts';
import {samplePlan} from '../../../test/support/sample-plan.ts';
import {tsbox} from '../../../test/support/fake-surroundings.ts';

const id = '20261127t015033-1f0a9c';

test('--record is passed to the engine, and without it the spec decides', async () => {
	expect((await tsbox('run --record demo.yaml')).calls.at(-1)?.[1]).toMatchObject({record: true});
	expect((await tsbox('up --record demo.yaml')).calls.at(-1)?.[1]).toMatchObject({record: true});
	expect((await tsbox('run demo.yaml')).calls.at(-1)?.[1]).not.toHaveProperty('record');
});

test('runs lists, shows, removes, exports, and imports', async () => {
	expect((await tsbox('runs')).out).toBe('ID  NAME  STARTED  TOOK  OUTCOME  COMMAND\n');
	expect(JSON.parse((await tsbox('runs show --json 1f')).out)).toMatchObject({id, end: {exitCode: 3}, files: [{}, {}]});
	expect((await tsbox('runs show 1f')).out).toContain('exited with 3');
	expect((await tsbox('runs show --html page.html 1f')).files['/home/page.html']).toMatch(/^<!doctype html>/);
	expect((await tsbox('runs steps 1f')).out).toContain('1/2 set the hostname');
	expect((await tsbox('runs steps --plain 1f')).out).toContain('1/2 set the hostname');
	expect((await tsbox('runs rm 1f')).out).toBe(`${id}\n`);
	const sent = await tsbox('runs export --with-image -o x.tar.gz 1f');
	expect(sent.calls.at(-1)).toEqual(['exportRun', '1f', {file: '/home/x.tar.gz', cwd: '/home', withImage: true}]);
	expect(sent.err).toContain('secrets');
	expect((await tsbox('runs import x.tar.gz')).calls.at(-1)).toEqual(['importRun', '/home/x.tar.gz']);
});

test('diff exits with 1 if outputs differ and with 125 if a run does not exist', async () => {
	const {status, out} = await tsbox('runs diff 1f 77');
	expect({status, out}).toMatchObject({status: 1, out: expect.stringContaining('/out: 6, then 7 bytes')});
	const diffRuns = async () => {
		throw new TsboxError('E_RUN_NOT_FOUND', 'no run record 77');
	};
	expect((await tsbox('runs diff 1f 77', {engine: {diffRuns}})).status).toBe(125);
});

test('replay returns the exit status of the command', async () => {
	const {status, calls} = await tsbox('replay 1f');
	expect({status, call: calls.at(-1)}).toEqual({status: 4, call: ['replay', '1f']});
});

test('compile warns that a script keeps no record', async () => {
	const service = {service: 'web', name: 'web', record: true} as unknown as Service;
	const planned = {
		project: shop,
		service,
		made: service,
		image: {kind: 'host'} as const,
		config: {} as OciConfig,
		plan: samplePlan,
	};
	const {out, err} = await tsbox('compile demo.yaml', {engine: {planContainer: async () => planned}});
	expect(out).toBe('#!/bin/sh\n');
	expect(err).toContain('warning: `record` is ignored, because a script cannot record its run\n');
});

const several = ['web', 'db'].map(name => ({service: name, name}) as unknown as Service);
const shop: Project = {name: 'shop', file: '/home/shop.yaml', services: several};

test.each([
	['runs show', 'runs show needs RUN'],
	['runs steps', 'runs steps needs RUN'],
	['runs steps 1f 77', 'runs steps takes one RUN'],
	['runs show --plain 1f', '--plain works only with steps'],
	['runs import', 'runs import needs PATH'],
	['runs diff 1f', 'runs diff takes two runs'],
	['runs ls 1f', 'runs ls takes no id'],
	['runs show 1f 77', 'runs show takes one RUN'],
	['runs export --json 1f', '--json works only with ls, show, diff'],
	['runs show --with-image 1f', '--with-image works only with export'],
	['runs show --json --html x 1f', '--json and --html cannot be combined'],
	['replay', 'RUN'],
	['up -d --record shop.yaml', '--record and -d cannot be combined'],
	['up -d --record shop.yaml', 'set `record: true` in each service'],
	['up --record shop.yaml', '--record needs a single container'],
])('%s is refused', async (line, said) => {
	const {status, err} = await tsbox(line, {engine: {loadProject: async () => shop}});
	expect(status).toBe(2);
	expect(err).toContain(said);
});
