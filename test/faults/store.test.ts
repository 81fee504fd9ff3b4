import {readdirSync} from 'node:fs';
import {join} from 'node:path';
import {describe} from 'vitest';
import {type TestBox, testBox} from '../system/box.ts';
import {foregroundWorld} from './foreground-world.ts';
import type {Row} from './row.ts';
import {testRows} from './test-rows.ts';

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

async function makeNetwork(box: TestBox): Promise<void> {
	await box.tsbox(['network', 'create', 'shared']);
}

async function removeNetwork(box: TestBox): Promise<void> {
	await box.tsbox(['network', 'rm', 'shared']);
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
	{
		verb: 'network create',
		words: () => ['network', 'create', '--label', 'a=b', 'shared'],
		spec,
		restore: removeNetwork,
	},
	{verb: 'network rm', words: () => ['network', 'rm', 'shared'], spec, prepare: makeNetwork, restore: removeNetwork},
	{
		verb: 'network prune',
		isVariant: true,
		words: () => ['network', 'prune'],
		spec,
		prepare: makeNetwork,
		restore: removeNetwork,
	},
	{
		verb: 'network inspect',
		isVariant: true,
		words: () => ['network', 'inspect', 'shared'],
		spec,
		prepare: makeNetwork,
		restore: removeNetwork,
	},
];

describe.skipIf(process.getuid?.() !== 0)('images, volumes and networks', () => {
	testRows(rows, async () => foregroundWorld(await testBox()));
});
