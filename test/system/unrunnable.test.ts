import {chmodSync, mkdirSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {openMachine, Pool, run} from '../../src/index.ts';
import {type TestBox, testBox} from './box.ts';

/* Commands that are there and that the kernel would not run: a start that fails and says why, not a container that ran. */

const root = process.getuid?.() === 0;

/** A 64-bit program for a machine by its number in elf(5), with a loader that no container has. */
function elf(machine: number): Buffer {
	const loader = '/lib64/ld-none.so.9';
	const file = Buffer.alloc(200);
	file.write('\x7fELF', 'latin1');
	file.set([2, 1, 1], 4);
	file.writeUInt16LE(2, 16);
	file.writeUInt16LE(machine, 18);
	file.writeBigUInt64LE(64n, 32);
	file.writeUInt16LE(56, 54);
	file.writeUInt16LE(1, 56);
	file.writeUInt32LE(3, 64);
	file.writeBigUInt64LE(120n, 72);
	file.writeBigUInt64LE(BigInt(loader.length + 1), 96);
	file.write(loader, 120);
	return file;
}

const native = process.arch === 'arm64' ? 183 : 62;
const foreign = process.arch === 'arm64' ? 62 : 183;

/** A folder of broken commands that is mounted on /bad, which is the first of PATH. */
function brokenCommands(box: TestBox): string {
	const folder = join(box.folder, 'bad');
	mkdirSync(folder);
	const files: Readonly<Record<string, Buffer | string>> = {
		dynamic: elf(native),
		foreign: elf(foreign),
		script: '#!/bin/nosuch\n',
		junk: Buffer.from([0, 1, 2, 3]),
	};
	for (const [name, content] of Object.entries(files)) {
		writeFileSync(join(folder, name), content);
		chmodSync(join(folder, name), 0o755);
	}
	symlinkSync('busybox', join(folder, 'dangling'));
	return 'volumes: [./bad:/bad:ro]\nenvironment: {PATH: "/bad:/bin:/usr/bin"}\n';
}

const cases = [
	['dangling', 127, '/bad/dangling is a symlink that leads nowhere', '`/bad/dangling` is a symlink to `busybox`'],
	['dynamic', 126, '/bad/dynamic cannot be executed: its loader `/lib64/ld-none.so.9` is not in the container', 'ldd'],
	['script', 126, '/bad/script cannot be executed: its interpreter `/bin/nosuch` is not in the container', '#!'],
	['foreign', 126, '/bad/foreign cannot be executed: it is for ', 'and this machine is '],
	['junk', 126, '/bad/junk cannot be executed: it is neither a program of Linux nor a script', 'file(1)'],
] as const;

test.skipIf(!root)('a command that the kernel would refuse ends a start with words, whoever starts it', async () => {
	await using box = await testBox();
	const broken = brokenCommands(box);
	const spec = box.spec(`${broken}command: [sleep, "1000"]\n`);
	for (const [name, status, message, why] of cases) {
		const {err, ...ended} = await box.tsbox(['run', spec, '--', name]);
		expect(ended).toMatchObject({status, out: ''});
		expect(err).toContain(`error: ${message}`);
		expect(err).toContain(why);
	}

	const withInit = box.file(
		'init.yaml',
		`name: ${box.name}i\nrootfs: ${box.rootfs}\ninit: true\n${broken}command: dynamic\n`,
	);
	const up = await box.tsbox(['up', '--plain', withInit]);
	expect(up).toMatchObject({status: 126, out: ''});
	expect(up.err).toContain('error: /bad/dynamic cannot be executed: its loader');
	expect(up.err).not.toContain('is running');

	expect(await box.tsbox(['up', '-d', spec])).toMatchObject({status: 0});
	const inside = await box.tsbox(['exec', box.name, 'script']);
	expect(inside).toMatchObject({status: 126, out: ''});
	expect(inside.err).toContain('error: /bad/script cannot be executed: its interpreter');
	const nowhere = await box.tsbox(['exec', box.name, '/bad/dangling']);
	expect(nowhere).toMatchObject({status: 127, out: ''});
	expect(nowhere.err).toContain('/bad/dangling is a symlink that leads nowhere');
	await box.tsbox(['down', '-t', '0', box.name]);

	const machine = await openMachine({store: `${box.folder}/store`, state: `${box.folder}/state`});
	await expect(run(spec, {machine, command: ['foreign']})).rejects.toMatchObject({
		code: 'E_COMMAND_NOT_EXECUTABLE',
		message: expect.stringContaining('/bad/foreign cannot be executed: it is for '),
	});
	await using pool = new Pool(spec, {machine, size: 1});
	await expect(pool.run({command: ['dangling']})).rejects.toMatchObject({code: 'E_COMMAND_NOT_FOUND'});
	expect((await pool.run({command: ['echo', 'fine']})).stdout).toBe('fine\n');
	await pool.close();
	expect(box.leftovers()).toEqual([]);
});
