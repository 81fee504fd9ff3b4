import {readdirSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {type TestBox, testBox} from '../system/box.ts';
import {foregroundWorld} from './foreground-world.ts';
import type {Row} from './row.ts';
import {tryRow, type World} from './try-row.ts';

const spec = 'command: ["true"]\n';

async function unpackFirst(box: TestBox): Promise<void> {
	await box.tsbox(['run', join(box.folder, 'spec.yaml')]);
}

async function makeVolume(box: TestBox): Promise<void> {
	await box.tsbox(['volume', 'create', 'data']);
}

/** As a person would after a fault; it may be gone. */
async function removeVolume(box: TestBox): Promise<void> {
	await box.tsbox(['volume', 'rm', 'data']);
}

const rows: readonly Row[] = [
	{
		verb: 'images rm',
		words: ({folder}) => [
			'images',
			'rm',
			...readdirSync(join(folder, 'store/images')).map(name => name.replace('-', ':')),
		],
		spec,
		prepare: unpackFirst,
	},
	{verb: 'images prune', words: () => ['images', 'prune'], spec, prepare: unpackFirst, isVariant: true},
	{
		verb: 'volume create',
		words: () => ['volume', 'create', '--label', 'a=b', 'data'],
		spec,
		restore: removeVolume,
	},
	{verb: 'volume rm', words: () => ['volume', 'rm', 'data'], spec, prepare: makeVolume, restore: removeVolume},
	{verb: 'volume prune', words: () => ['volume', 'prune'], spec, prepare: makeVolume, restore: removeVolume},
	{
		verb: 'volume inspect',
		isVariant: true,
		words: () => ['volume', 'inspect', 'data'],
		spec,
		prepare: makeVolume,
		restore: removeVolume,
	},
];

describe.skipIf(process.getuid?.() !== 0)('images and volumes', () => {
	let world: World & AsyncDisposable;
	beforeAll(async () => {
		world = foregroundWorld(await testBox());
	});
	afterAll(() => world[Symbol.asyncDispose]());

	test.each(rows)('$verb', async row => expect(await tryRow(world, row)).toEqual([]), 3_600_000);
});
