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
	testRows(rows, async () => foregroundWorld(await testBox()));
});
