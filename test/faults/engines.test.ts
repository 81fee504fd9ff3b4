import {join} from 'node:path';
import {describe} from 'vitest';
import {type TestBox, testBox} from '../system/box.ts';
import {engineWorld, onContainer} from './engine-world.ts';
import {testRows} from './test-rows.ts';

/* Verbs of the OCI runtime. What needs no Node has no points: bin/tsbox-runtime. */

const create = (box: TestBox) => onContainer('create', '--bundle', join(box.folder, 'bundle'))(box);

describe.skipIf(process.getuid?.() !== 0).each(['gc', 'delete --force'] as const)(
	'a container of an engine, of which %s takes away what is left',
	cleaner => {
		testRows([{verb: `oci create, ${cleaner}`, words: create, from: 'nothing'}], async () =>
			engineWorld(await testBox(), cleaner),
		);
	},
);

describe.skipIf(process.getuid?.() !== 0)('a running container of an engine', () => {
	const rows = [
		{verb: 'oci exec', words: (box: TestBox) => [...onContainer('exec')(box), 'true']},
		{verb: 'oci exec --detach', words: (box: TestBox) => [...onContainer('exec', '--detach')(box), 'true']},
	];
	testRows(rows, async () => engineWorld(await testBox(), 'gc'));
});
