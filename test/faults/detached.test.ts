import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {type TestBox, testBox} from '../system/box.ts';
import {detachedWorld} from './detached-world.ts';
import type {Row} from './row.ts';
import {tryRow, type World} from './try-row.ts';

const both = ['cli', 'supervisor'] as const;
const onName =
	(...words: readonly string[]) =>
	({name}: TestBox): readonly string[] => [...words, name];
const up =
	(...options: readonly string[]) =>
	({folder}: TestBox): readonly string[] => ['up', '-d', ...options, join(folder, 'spec.yaml')];

const healthy = `
stop_grace_period: 2s
healthcheck: {test: "true", interval: 100ms}
command: [sh, -c, "trap 'exit 0' TERM; echo up; sleep 1000 & wait"]
`;
const again = `
restart: on-failure:1
command: [sh, -c, "echo up; sleep 0.1; exit 1"]
`;

const rows: readonly Row[] = [
	{verb: 'up -d', words: up(), from: 'nothing', sides: both},
	{verb: 'up -d --wait', words: up('--wait'), spec: healthy, from: 'nothing', sides: both},
	{verb: 'up -d (that ends and restarts)', words: up(), spec: again, from: 'nothing', sides: both},
	{verb: 'up -d (again)', words: up(), sides: both},
	{verb: 'down', words: onName('down'), sides: both},
	{verb: 'down (that has ended)', words: onName('down'), from: 'ended', sides: both},
	{verb: 'stop', words: onName('stop'), sides: both},
	{verb: 'start', words: onName('start'), from: 'ended', sides: both},
	{verb: 'restart', words: onName('restart'), sides: both},
	{verb: 'rm', words: onName('rm'), sides: both},
	{verb: 'kill', words: onName('kill'), sides: both},
	{
		verb: 'wait',
		words: onName('wait'),
		meanwhile: async box => {
			await new Promise(resolve => setTimeout(resolve, 200));
			await box.tsbox(['kill', box.name]);
		},
	},
	{verb: 'events', words: onName('events'), interruptAfter: 400, sides: both},
];

describe.skipIf(process.getuid?.() !== 0)('a container in the background', () => {
	let world: World & AsyncDisposable;
	beforeAll(async () => {
		world = detachedWorld(await testBox(), true);
	});
	afterAll(() => world[Symbol.asyncDispose]());

	test.each(rows)('$verb', async row => expect(await tryRow(world, row)).toEqual([]), 3_600_000);
});
