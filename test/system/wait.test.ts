import {once} from 'node:events';
import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {type Running, type TestBox, testBox} from './box.ts';

const root = process.getuid?.() === 0;
const within = {timeout: 20_000, interval: 10};

function textOf(path: string): string {
	try {
		return readFileSync(path, 'utf8');
	} catch {
		return '';
	}
}

/** Whether a tsbox has set its watches: only then does it wait. */
function isWatching({child}: Running): boolean {
	const folder = `/proc/${child.pid}/fdinfo`;
	return readdirSync(folder).some(fd => textOf(join(folder, fd)).includes('inotify wd:'));
}

async function waiter(at: TestBox, ...names: readonly string[]): Promise<Running> {
	const waits = at.start(['wait', ...names]);
	await expect.poll(() => isWatching(waits), within).toBe(true);
	return waits;
}

describe.skipIf(!root)('wait', () => {
	test('tells two at once how it ended, and the name is free by then', async () => {
		await using at = await testBox();
		const spec = at.spec('command: [sh, -c, "trap \'exit 7\' TERM; echo ready; while :; do sleep 0.05; done"]\n');
		const up = at.start(['up', '--plain', '-T', spec]);
		await up.says('ready');
		const waits = await Promise.all([waiter(at, at.name), waiter(at, at.name)]);
		await at.tsbox(['kill', '-s', 'TERM', at.name]);
		for (const {ended} of waits) expect(await ended).toEqual({status: 0, signal: null, out: '7\n', err: ''});
		expect(at.leftovers().filter(each => each.startsWith('folder'))).toEqual([]);
		expect((await at.tsbox(['run', spec, '--', 'true'])).status).toBe(0);
		expect((await up.ended).status).toBe(7);
		expect(at.leftovers()).toEqual([]);
	});

	test('gives 137 for SIGKILL', async () => {
		await using at = await testBox();
		const up = at.start(['up', '--plain', '-T', at.spec('command: [sh, -c, "echo ready; exec sleep 60"]\n')]);
		await up.says('ready');
		const waits = await waiter(at, at.name);
		await at.tsbox(['kill', at.name]);
		expect(await waits.ended).toMatchObject({status: 0, out: '137\n'});
		await up.ended;
		expect(at.leftovers()).toEqual([]);
	});

	test('of one that has ended gives the last status of that name, and of one that never was an error', async () => {
		await using at = await testBox();
		const spec = at.spec();
		for (const status of [5, 6]) {
			await at.tsbox(['run', spec, '--', 'sh', '-c', `exit ${status}`]);
			expect(await at.tsbox(['wait', at.name])).toMatchObject({status: 0, out: `${status}\n`});
		}
		const {status, out, err} = await at.tsbox(['wait', 'nosuch', at.name, `../exited/${at.name}`]);
		expect({status, out}).toEqual({status: 125, out: '6\n'});
		expect(err.match(/there is no container named/g)).toHaveLength(2);
		expect(at.leftovers()).toEqual([]);
	});

	test('several are told in the order of their names, whichever ends first', async () => {
		await using at = await testBox();
		const spec = (name: string, status: number): string =>
			at.file(
				`${name}.yaml`,
				`name: ${at.name}${name}\nrootfs: ${at.rootfs}\ncommand: [sh, -c, "trap 'exit ${status}' TERM; echo ready; while :; do sleep 0.05; done"]\n`,
			);
		const first = at.start(['up', '--plain', '-T', spec('a', 1)]);
		await first.says('ready');
		const second = at.start(['up', '--plain', '-T', spec('b', 2)]);
		await second.says('ready');
		const waits = await waiter(at, `${at.name}a`, `${at.name}b`);
		await at.tsbox(['kill', '-s', 'TERM', `${at.name}b`]);
		await second.ended;
		expect((await at.tsbox(['kill', '-s', 'TERM', `${at.name}a`])).status).toBe(0);
		expect(await waits.ended).toMatchObject({status: 0, out: '1\n2\n'});
		await first.ended;
		expect(at.leftovers()).toEqual([]);
	});

	test('when nobody was there to learn the status it ends all the same, and says so', async () => {
		await using at = await testBox();
		const up = at.start(['up', '--plain', '-T', at.spec('command: [sh, -c, "echo ready; exec sleep 60"]\n')]);
		await up.says('ready');
		const waits = await waiter(at, at.name);
		up.child.kill('SIGKILL');
		await once(up.child, 'exit');
		expect(waits.child.exitCode).toBeNull();
		await at.tsbox(['kill', at.name]);
		expect(await waits.ended).toMatchObject({
			status: 125,
			out: '',
			err: expect.stringContaining('its exit status is unknown') as string,
		});
		await at.tsbox(['gc']);
		expect(at.leftovers()).toEqual([]);
	});
});
