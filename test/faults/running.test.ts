import {existsSync, readdirSync, rmdirSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {describe} from 'vitest';
import {testBox} from '../system/box.ts';
import {detachedWorld} from './detached-world.ts';
import {onName, type Row} from './row.ts';
import {testRows} from './test-rows.ts';

/** Removes folders that have nothing but folders in them. */
function rmdirs(path: string): void {
	if (!existsSync(path)) return;
	for (const {name} of readdirSync(path, {withFileTypes: true}).filter(entry => entry.isDirectory()))
		rmdirs(join(path, name));
	if (readdirSync(path).length === 0) rmdirSync(path);
}

const rows: readonly Row[] = [
	{verb: 'exec', words: ({name}) => ['exec', '-u', 'app', name, '--', 'sh', '-c', 'sleep 0.05']},
	{
		verb: 'update',
		words: ({name}) => ['update', '-m', '70m', '--cpus', '0.7', name],
		restore: async box => void (await box.tsbox(['update', '-m', '64m', '--cpus', '2', box.name])),
	},
	{
		verb: 'pause',
		words: onName('pause'),
		restore: async box => void (await box.tsbox(['unpause', box.name])),
	},
	{
		verb: 'unpause',
		words: onName('unpause'),
		prepare: async box => void (await box.tsbox(['pause', box.name])),
		restore: async box => void (await box.tsbox(['unpause', box.name])),
	},
	{verb: 'kill -s', words: ({name}) => ['kill', '-s', 'URG', name]},
	{verb: 'cp in', words: ({name, folder}) => ['cp', join(folder, 'spec.yaml'), `${name}:/run/in`]},
	{
		verb: 'cp out',
		words: ({name, folder}) => ['cp', `${name}:/etc`, join(folder, 'out')],
		prepare: async ({folder}) => rmSync(join(folder, 'out'), {recursive: true, force: true}),
		restore: async ({folder}) => rmSync(join(folder, 'out'), {recursive: true, force: true}),
	},
	{
		verb: 'rename',
		words: ({name}) => ['rename', name, `${name}-new`],
		restore: async box => void (await box.tsbox(['rename', `${box.name}-new`, box.name])),
	},
	{verb: 'attach', words: onName('attach', '--sig-proxy=false'), interruptAfter: 300},
	{
		verb: 'commit',
		words: ({name}) => ['commit', name, 'made'],
		// A killed one leaves the container frozen, as a killed `pause` does.
		restore: async box => {
			await box.tsbox(['unpause', box.name]);
			await box.tsbox(['gc']);
			await box.tsbox(['images', 'prune', '--all']);
			for (const name of ['blobs', 'lower', 'manifests', 'names']) rmdirs(join(box.folder, 'store', name));
		},
	},
	{verb: 'gc', words: () => ['gc']},
];

describe.skipIf(process.getuid?.() !== 0)('a container that runs', () => {
	testRows(rows, async () => detachedWorld(await testBox(), false));
});
