import {execFileSync} from 'node:child_process';
import {mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import type {Ended, TestBox} from '../system/box.ts';
import {target} from './attack.ts';

/* What anybody can put into a folder such as /tmp, in which somebody else then works. */
const plants: readonly (readonly [string, (path: string) => void])[] = [
	['a pipe', path => void execFileSync('mkfifo', [path])],
	['a device without an end', path => symlinkSync('/dev/zero', path)],
	['a folder', path => mkdirSync(path)],
];
const configurations = ['package.json', '.tsboxrc.yaml', 'tsbox.config.json'];
const variables = ['.env', 'more.env'];
const both = [...configurations, ...variables];
/** Longest that one may take, ms: each would hang or run out of memory. */
const soon = 20_000;

/** Runs a container beside what was planted; one that does not come to its end is killed. */
async function runBeside(box: TestBox, name: string, plant: (path: string) => void): Promise<Ended> {
	const path = join(box.folder, name);
	plant(path);
	const spec = box.spec('env_file: [{path: more.env, required: false}]\n');
	const run = box.start(['run', spec, '--', 'echo', 'in']);
	const timer = setTimeout(() => run.child.kill('SIGKILL'), soon);
	const ended = await run.ended;
	clearTimeout(timer);
	rmSync(path, {recursive: true});
	return ended;
}

test.each(plants)(
	'%s where a configuration or variables would be holds nobody up',
	{timeout: 300_000},
	async (_, plant) => {
		await using at = await target();
		for (const name of both) expect(await runBeside(at.box, name, plant)).toMatchObject({status: 0, out: 'in\n'});
		at.canary.isUntouched();
	},
);

test('a file larger than memory there is told of', {timeout: 300_000}, async () => {
	await using at = await target();
	const sparse = (path: string): void => {
		writeFileSync(path, '');
		truncateSync(path, 2 ** 40);
	};
	for (const name of both) {
		const {status, err} = await runBeside(at.box, name, sparse);
		expect({status, err}).toEqual({status: 125, err: expect.stringContaining(`${name} is larger than 1 MiB`)});
	}
	at.canary.isUntouched();
});
