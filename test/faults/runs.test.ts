import {existsSync, readdirSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {describe} from 'vitest';
import {type TestBox, testBox} from '../system/box.ts';
import {foregroundWorld} from './foreground-world.ts';
import type {Row} from './row.ts';
import {testRows} from './test-rows.ts';

const spec = 'record: true\ncommand: [sh, -c, "echo said; echo made > /made; exit 3"]\n';
const sent = 'sent.tar.gz';

function idsIn({folder}: TestBox): readonly string[] {
	const runs = join(folder, 'store/runs');
	return existsSync(runs) ? readdirSync(runs).filter(name => !name.startsWith('.')) : [];
}

/** The newest record. */
const onRun =
	(...words: readonly string[]) =>
	(box: TestBox): readonly string[] => [...words, idsIn(box).at(-1) ?? 'none'];

/** A record of a run, alone. */
async function recordOne(box: TestBox): Promise<void> {
	await removeAll(box);
	await box.tsbox(['run', join(box.folder, 'spec.yaml')]);
	if (idsIn(box).length !== 1) throw new Error('there is not one record');
}

async function exportOne(box: TestBox): Promise<void> {
	rmSync(join(box.folder, sent), {force: true});
	await recordOne(box);
	await box.tsbox(['runs', 'export', '-o', sent, idsIn(box)[0] ?? '']);
	await box.tsbox(['runs', 'rm', ...idsIn(box)]);
}

/** As a person would; each that is listed must be whole, or `runs` believes in half a record. */
async function removeAll(box: TestBox): Promise<void> {
	for (const id of idsIn(box)) {
		const {status, err} = await box.tsbox(['runs', 'show', id]);
		if (status !== 0) throw new Error(`half a record: ${err}`);
		const rm = await box.tsbox(['runs', 'rm', id]);
		if (rm.status !== 0) throw new Error(`it cannot be removed: ${rm.err}`);
	}
	if ((await box.tsbox(['runs', '-q'])).out !== '') throw new Error('records are left');
}

/** What was exported is there whole, or not at all. */
async function takeInAndRemove(box: TestBox): Promise<void> {
	await removeAll(box);
	if (!existsSync(join(box.folder, sent))) return;
	const {status, err} = await box.tsbox(['runs', 'import', sent]);
	if (status !== 0) throw new Error(`half an export: ${err}`);
	rmSync(join(box.folder, sent));
	await removeAll(box);
}

const rows: readonly Row[] = [
	{
		verb: 'run (recorded)',
		words: ({folder}) => ['run', join(folder, 'spec.yaml')],
		spec,
		prepare: removeAll,
		restore: removeAll,
	},
	{verb: 'runs rm', words: onRun('runs', 'rm'), spec, prepare: recordOne, restore: removeAll},
	{
		verb: 'runs export',
		words: onRun('runs', 'export', '--with-image', '-o', sent),
		spec,
		prepare: recordOne,
		restore: takeInAndRemove,
	},
	{verb: 'runs import', words: () => ['runs', 'import', sent], spec, prepare: exportOne, restore: takeInAndRemove},
	{verb: 'replay', words: onRun('replay'), spec, prepare: recordOne, restore: removeAll},
	{
		verb: 'replay (of an exported record)',
		words: () => ['replay', sent],
		spec,
		prepare: exportOne,
		restore: takeInAndRemove,
		isVariant: true,
	},
	{verb: 'runs ls', words: () => ['runs'], spec, prepare: recordOne, restore: removeAll, isVariant: true},
	{verb: 'runs show', words: onRun('runs', 'show'), spec, prepare: recordOne, restore: removeAll, isVariant: true},
];

describe.skipIf(process.getuid?.() !== 0)('records of runs', () => {
	testRows(rows, async () => foregroundWorld(await testBox()));
});
