import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {type TestBox, testBox} from './box.ts';

/* What a boot leaves to the next one: files on disk, and where the state folder is on disk too, its records. */

const sees = 'command: [sh, -c, "test -e /old && echo old; echo new; touch /old; exec sleep 1000"]\n';

function leave(at: TestBox): void {
	const layer = join(at.folder, 'store/layers', at.name);
	mkdirSync(join(layer, 'upper'), {recursive: true});
	mkdirSync(join(layer, 'work'));
	writeFileSync(join(layer, 'upper/old'), '');
	mkdirSync(join(at.folder, 'store/logs', at.name), {recursive: true});
	writeFileSync(join(at.folder, 'store/logs', at.name, 'stdout'), 'old\n');
}

test('a container does not begin with the files of one whose record a power cut took', async () => {
	await using at = await testBox();
	leave(at);
	const run = await at.tsbox(['run', at.spec(), '--', 'sh', '-c', 'ls /']);
	expect(run).toMatchObject({status: 0});
	expect(run.out.split('\n')).not.toContain('old');
	leave(at);
	expect(await at.tsbox(['up', '-d', at.spec(sees)])).toMatchObject({status: 0});
	await expect.poll(async () => (await at.tsbox(['logs', '--no-prefix', at.name])).out).toBe('new\n');
	await at.tsbox(['down', '-t', '0', at.name]);
	expect(at.leftovers()).toEqual([]);
});

interface Row {
	readonly state: string;
	readonly pid: number;
}

test('what another boot has left in the state folder is dead, and in the way of nobody', async () => {
	await using at = await testBox();
	const spec = at.spec(sees);
	expect(await at.tsbox(['up', '-d', spec])).toMatchObject({status: 0});
	const row = async (): Promise<Row | undefined> =>
		(JSON.parse((await at.tsbox(['ps', '--all', '--json'])).out) as readonly Row[])[0];
	const {pid} = (JSON.parse((await at.tsbox(['inspect', at.name])).out) as {supervisor: {pid: number}}).supervisor;
	process.kill(pid, 'SIGKILL');
	process.kill((await row())?.pid ?? 0, 'SIGKILL');
	const edit = (file: string): void => {
		const path = join(at.folder, 'state', file);
		const value = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
		writeFileSync(path, JSON.stringify({...value, bootId: 'another'}));
	};
	edit(`projects/${at.name}/supervisor.json`);
	edit(`containers/${at.name}/record.json`);
	expect(await row()).toMatchObject({state: 'dead'});
	expect(await at.tsbox(['up', '-d', spec])).toMatchObject({status: 0});
	expect(await row()).toMatchObject({state: 'running', restarts: 0});
	await expect.poll(async () => (await at.tsbox(['logs', '--no-prefix', at.name])).out).toBe('new\n');
	await at.tsbox(['down', '-t', '0', at.name]);
	expect(at.leftovers()).toEqual([]);
});
