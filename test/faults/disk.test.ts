import {execFileSync, spawnSync} from 'node:child_process';
import {closeSync, mkdirSync, openSync, rmSync, statfsSync, writeSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {type Ended, type TestBox, testBox} from '../system/box.ts';
import {until} from '../system/project.ts';
import {program} from '../support/program.ts';

const counts =
	'command: [sh, -c, "i=0; while :; do echo line $$i; i=$$((i+1)); sleep 0.05; done"]\nstop_grace_period: 0s\n';

/** A disk, or a view of one, at a folder of the test; at its end first what runs from it. */
interface Disk extends AsyncDisposable {
	readonly path: string;
	/** Takes it away earlier. */
	readonly unmount: () => void;
}

function diskAt(box: TestBox, path: string): Disk {
	let mounted = true;
	const unmount = (): void => {
		if (mounted) execFileSync('umount', ['-l', path]);
		mounted = false;
	};
	return {
		path,
		unmount,
		[Symbol.asyncDispose]: async () => {
			if (mounted) await box.tsbox(['down', '-t', '0', box.name]);
			unmount();
		},
	};
}

/** A small disk of its own for the store or the state of a test. */
function smallDisk(box: TestBox, folder: 'store' | 'state'): Disk {
	const path = join(box.folder, folder);
	mkdirSync(path, {recursive: true});
	execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64m,mode=700', 'tsbox-test', path]);
	return diskAt(box, path);
}

/** Has a folder be there read-only; what is open goes on. */
function readOnly(box: TestBox, path: string): Disk {
	execFileSync('mount', ['--bind', path, path]);
	execFileSync('mount', ['-o', 'remount,bind,ro', path]);
	return diskAt(box, path);
}

/** Takes all the space there is, to the last byte; gives what frees it again. */
function fill({path: disk}: Disk): () => void {
	const path = join(disk, 'filler');
	const file = openSync(path, 'w');
	for (let size = 1 << 20; size > 0; ) {
		try {
			writeSync(file, Buffer.alloc(size));
		} catch {
			size >>= 1;
		}
	}
	closeSync(file);
	expect(statfsSync(disk).bavail).toBe(0);
	return () => rmSync(path);
}

/** What is wrong with how it ended: a refusal must be one that a person can act on. */
function wrongIn({status, err}: Ended, word = 'ENOSPC'): readonly string[] {
	const problems: string[] = [];
	if (/^\s+at .*:\d+:\d+\)?$/m.test(err)) problems.push(`a stack: ${err}`);
	if (status !== 0 && !err.includes(word)) problems.push(`no ${word}: ${err}`);
	return problems;
}

/** What is there of the test, without the disk itself. */
function leftOf(box: TestBox, {path}: Disk): readonly string[] {
	return box.leftovers().filter(line => line !== `mount ${path}`);
}

describe.skipIf(process.getuid?.() !== 0)('a disk', () => {
	test.each(['store', 'state'] as const)(
		'full, of the %s: each verb says so, leaves nothing, and works again',
		async folder => {
			await using box = await testBox();
			await using disk = smallDisk(box, folder);
			const spec = box.spec('command: [sleep, "1000"]\nstop_grace_period: 0s\n');
			const once = box.file('once.yaml', `name: ${box.name}-once\nrootfs: ${box.rootfs}\ncommand: [echo, hello]\n`);
			const tried = async (...verbs: readonly (readonly string[])[]): Promise<readonly unknown[]> => {
				const results: unknown[] = [];
				for (const words of verbs) {
					const ended = await box.tsbox(words);
					results.push({verb: words[0], wrong: wrongIn(ended)});
				}
				return results;
			};
			const fine = (...verbs: readonly string[]): readonly unknown[] => verbs.map(verb => ({verb, wrong: []}));

			let free = fill(disk);
			expect(await tried(['up', '-d', spec], ['run', once], ['volume', 'create', 'data'], ['gc'])).toEqual(
				fine('up', 'run', 'volume', 'gc'),
			);
			expect(await box.tsbox(['run', once])).toMatchObject({status: 125, out: ''});
			free();
			await box.tsbox(['down', box.name]);
			expect(await box.tsbox(['volume', 'prune'])).toMatchObject({status: 0});
			expect(await box.tsbox(['gc'])).toMatchObject({status: 0});
			expect(leftOf(box, disk)).toEqual([]);

			expect(await box.tsbox(['up', '-d', spec])).toMatchObject({status: 0});
			expect(await box.tsbox(['run', once])).toMatchObject({status: 0, out: 'hello\n'});
			free = fill(disk);
			const onContainer = [
				['exec', box.name, 'true'],
				['logs', box.name],
				['ps', '-a'],
				['cp', spec, `${box.name}:/in`],
				['restart', box.name],
				['gc'],
			];
			expect(await tried(...onContainer)).toEqual(fine('exec', 'logs', 'ps', 'cp', 'restart', 'gc'));
			free();
			expect(await box.tsbox(['up', '-d', spec])).toMatchObject({status: 0});
			expect(await box.tsbox(['exec', box.name, 'true'])).toMatchObject({status: 0, err: ''});
			expect(await box.tsbox(['down', box.name])).toMatchObject({status: 0});
			expect(await box.tsbox(['gc'])).toMatchObject({status: 0});
			expect(leftOf(box, disk)).toEqual([]);
		},
	);

	test('full under the output of a container: it goes on, and what it prints arrives again when there is space', async () => {
		await using box = await testBox();
		await using disk = smallDisk(box, 'store');
		expect(await box.tsbox(['up', '-d', box.spec(counts)])).toMatchObject({status: 0});
		const lines = async (): Promise<readonly number[]> => {
			const {out} = await box.tsbox(['logs', box.name]);
			return [...out.matchAll(/line (\d+)$/gm)].map(([, number]) => Number(number));
		};
		await until('it prints', async () => (await lines()).length > 2);
		const free = fill(disk);
		const before = await lines();
		// Its clock is the container's own: ten lines more are lost.
		await box.tsbox(['exec', box.name, '--', 'sleep', '0.5']);
		expect(await box.tsbox(['ps', '--format', '{{.State}}'])).toMatchObject({out: 'running\n'});
		free();
		await until('it prints again', async () => (await lines()).length > before.length + 3);
		const all = await lines();
		expect(all).toEqual([...new Set(all)].toSorted((a, b) => a - b));
		expect(await box.tsbox(['down', box.name])).toMatchObject({status: 0});
		expect(leftOf(box, disk)).toEqual([]);
	});

	test('full under what is printed: a reason, and no stack', async () => {
		await using box = await testBox();
		const {stderr, status} = spawnSync('sh', ['-c', '"$0" --help >/dev/full', program], {
			cwd: box.folder,
			encoding: 'utf8',
		});
		expect(stderr).not.toMatch(/^\s+at /m);
		expect(stderr).toContain('ENOSPC');
		expect(status).toBe(125);
	});

	test('read-only, of the state: what changes something is refused, what reads goes on, and so does the container', async () => {
		await using box = await testBox();
		const spec = box.spec(counts);
		expect(await box.tsbox(['up', '-d', spec])).toMatchObject({status: 0});
		await using disk = readOnly(box, join(box.folder, 'state'));
		for (const words of [
			['run', '--name', `${box.name}-two`, spec],
			['rename', box.name, `${box.name}-new`],
			['up', '-d', spec],
		]) {
			const ended = await box.tsbox(words);
			expect({words, status: ended.status, wrong: wrongIn(ended, 'EROFS')}).toEqual({words, status: 125, wrong: []});
		}
		for (const words of [
			['ps', '-a'],
			['logs', box.name],
			['inspect', box.name],
		])
			expect(await box.tsbox(words)).toMatchObject({status: 0, err: ''});
		// It can be ended, though nothing of that can be written down.
		const stop = await box.tsbox(['stop', box.name]);
		expect(wrongIn(stop, 'EROFS')).toEqual([]);
		disk.unmount();
		expect(await box.tsbox(['up', '-d', spec])).toMatchObject({status: 0});
		expect(await box.tsbox(['down', box.name])).toMatchObject({status: 0});
		expect(await box.tsbox(['gc'])).toMatchObject({status: 0});
		expect(box.leftovers()).toEqual([]);
	});
});
