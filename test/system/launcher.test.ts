import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {openMachine, Pool, run} from '../../src/index.ts';
import {bundledDriver} from '../support/driver.ts';
import {testBox} from './box.ts';
import {ownDescriptors} from './pool-faults.ts';

/** The launchers of this process. */
function launchers(): readonly number[] {
	const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
	return children.filter(pid => readFileSync(`/proc/${pid}/comm`, 'utf8') === 'perl\n').map(Number);
}

const shows = ['sh', '-c', 'echo up; sleep 1000'];

test('a command whose launcher is killed ends, its call rejects, and the next call has another launcher', async () => {
	await using box = await testBox();
	const machine = await openMachine({store: `${box.folder}/store`, state: `${box.folder}/state`});
	const spec = {name: box.name, rootfs: box.rootfs};
	const pool = new Pool(spec, {machine, size: 1});
	await pool.ready();
	for (const begin of [() => run(spec, {machine, command: shows}), () => pool.run({command: shows})]) {
		const command = begin();
		command.catch(() => {});
		await once(command.stdout, 'data');
		for (const pid of launchers()) process.kill(pid, 'SIGKILL');
		await expect(command).rejects.toMatchObject({
			code: 'E_STEP_FAILED',
			message: expect.stringContaining('exit status'),
		});
	}
	expect(await run(spec, {machine, command: ['echo', 'again']})).toMatchObject({stdout: 'again\n'});
	expect(await pool.run({command: ['echo', 'again']})).toMatchObject({stdout: 'again\n'});
	await pool.close();
	expect(box.leftovers()).toEqual([]);
});

test('runs of one machine share a launcher, and leave no descriptor open', async () => {
	await using box = await testBox();
	const machine = await openMachine({store: `${box.folder}/store`, state: `${box.folder}/state`});
	const before = launchers();
	const echo = async (word: string): Promise<string> =>
		(await run({name: box.name, rootfs: box.rootfs}, {machine, command: ['echo', word]})).stdout;
	await echo('first');
	const descriptors = ownDescriptors();
	expect(await Promise.all(['1', '2', '3', '4'].map(echo))).toEqual(['1\n', '2\n', '3\n', '4\n']);
	expect(launchers().filter(pid => !before.includes(pid))).toHaveLength(1);
	// Those of the test before may have been closed meanwhile.
	expect(ownDescriptors()).toBeLessThanOrEqual(descriptors);
});

test('a launcher keeps no program alive, and ends with it', async () => {
	await using box = await testBox();
	const text = `
		import {openMachine, run} from '../../src/index.ts';
		import {readFileSync} from 'node:fs';
		const [folder, name, rootfs] = process.argv.slice(2);
		const machine = await openMachine({store: folder + '/store', state: folder + '/state'});
		await run({name, rootfs}, {machine, command: ['true']});
		console.log(readFileSync(\`/proc/self/task/\${process.pid}/children\`, 'utf8'));`;
	const words = [bundledDriver({folder: import.meta.dirname, text}), box.folder, box.name, box.rootfs];
	const child = spawn(process.execPath, words, {stdio: ['ignore', 'pipe', 'inherit']});
	let out = '';
	child.stdout.on('data', (text: Buffer) => (out += text.toString()));
	const [status] = (await once(child, 'close')) as [number | null];
	expect(status).toBe(0);
	const pids = out.trim().split(' ').map(Number);
	expect(pids.length).toBeGreaterThan(0);
	for (const pid of pids) while (isThere(pid)) await new Promise(resolve => setTimeout(resolve, 5));
});

function isThere(pid: number): boolean {
	try {
		return process.kill(pid, 0);
	} catch {
		return false;
	}
}
