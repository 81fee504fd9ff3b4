import {execFileSync} from 'node:child_process';
import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {canRun} from './can-run.ts';
import {type TestBox, testBox} from './box.ts';
import {sleeper} from './project.ts';

/* Volumes with `driver_opts`: file systems that are mounted while containers use them, and folders of the host. */

const root = process.getuid?.() === 0;

function spec(at: TestBox, options: string, services: Readonly<Record<string, string>>, file = 'shop.yaml'): string {
	const text = Object.entries(services).map(
		([name, body]) => `  ${name}:\n    rootfs: ${at.rootfs}\n    network_mode: none\n${body.replaceAll(/^/gm, '    ')}`,
	);
	return at.file(file, `name: ${at.name}\nvolumes: {data: {driver_opts: ${options}}}\nservices:\n${text.join('\n')}\n`);
}

const uses = `${sleeper}volumes: ["data:/data"]\n`;
const mounted = (at: TestBox): boolean =>
	readFileSync('/proc/self/mountinfo', 'utf8').includes(`${at.folder}/state/mounts/`);

describe.skipIf(!root)('a volume', () => {
	test('of a tmpfs is one for all containers, and goes with the last of them', async () => {
		await using at = await testBox();
		const file = spec(at, '{type: tmpfs, device: tmpfs, o: "size=1m,mode=0700"}', {one: uses, two: uses});
		const up = await at.tsbox(['up', '-d', file]);
		expect({status: up.status, err: up.status === 0 ? '' : up.err}).toEqual({status: 0, err: ''});
		const inside = (service: string, text: string) =>
			at.tsbox(['exec', `${at.name}-${service}-1`, 'sh', '-c', text]).then(({out}) => out);
		await inside('one', 'echo shared > /data/file');
		expect(await inside('two', 'cat /data/file; grep " /data " /proc/mounts')).toMatch(
			/^shared\ntmpfs .*size=1024k,mode=700/,
		);
		await at.tsbox(['stop', at.name, 'one']);
		expect(mounted(at)).toBe(true);
		await at.tsbox(['stop', at.name, 'two']);
		expect(mounted(at)).toBe(false);
		await at.tsbox(['start', at.name]);
		expect(await inside('two', 'ls /data')).toBe('');
		await at.tsbox(['down', '-v', at.name]);
		expect(mounted(at)).toBe(false);
		expect(at.leftovers()).toEqual([]);
	});

	const hasTools = ['mkfs.ext4', 'losetup'].every(canRun) && existsSync('/dev/loop-control');
	test.skipIf(!hasTools)(
		`of a disk keeps what was written${hasTools ? '' : ' (needs mkfs.ext4, losetup and loop devices)'}`,
		async () => {
			await using at = await testBox();
			const image = join(at.folder, 'disk');
			writeFileSync(image, Buffer.alloc(4 << 20));
			execFileSync('mkfs.ext4', ['-q', image]);
			const device = execFileSync('losetup', ['-f', '--show', image], {encoding: 'utf8'}).trim();
			try {
				const write = spec(at, `{type: ext4, device: ${device}}`, {
					it: 'command: [sh, -c, "echo kept > /data/file; ls /data"]\nvolumes: ["data:/data"]\n',
				});
				expect(await at.tsbox(['run', write, 'it'])).toMatchObject({status: 0, out: 'file\nlost+found\n'});
				expect(mounted(at)).toBe(false);
				const read = spec(at, `{type: ext4, device: ${device}, o: ro}`, {
					it: 'command: [sh, -c, "cat /data/file; echo x > /data/file"]\nvolumes: ["data:/data"]\n',
				});
				expect(await at.tsbox(['run', read, 'it'])).toMatchObject({status: 1, out: 'kept\n'});
				await at.tsbox(['down', '-v', at.name]);
				expect(at.leftovers()).toEqual([]);
			} finally {
				execFileSync('losetup', ['-d', device]);
			}
		},
	);

	test('whose file system cannot be mounted leaves nothing', async () => {
		await using at = await testBox();
		const file = spec(at, '{type: ext4, device: /dev/null}', {it: `command: [echo, no]\nvolumes: ["data:/data"]\n`});
		const {status, out, err} = await at.tsbox(['run', file, 'it']);
		expect({status, out, err}).toMatchObject({status: 125, out: '', err: expect.stringContaining('/dev/null')});
		expect(mounted(at)).toBe(false);
		await at.tsbox(['down', '-v', at.name]);
		expect(at.leftovers()).toEqual([]);
	});

	test('that is a folder of the host has its files, and down -v leaves them', async () => {
		await using at = await testBox();
		mkdirSync(join(at.folder, 'site'));
		writeFileSync(join(at.folder, 'site/page'), 'hello\n');
		const file = spec(at, '{type: none, o: "bind,ro", device: ./site}', {
			it: 'command: [sh, -c, "cat /data/page; echo x > /data/page"]\nvolumes: ["data:/data"]\n',
		});
		expect(await at.tsbox(['run', file, 'it'])).toMatchObject({status: 1, out: 'hello\n'});
		await at.tsbox(['down', '-v', at.name]);
		expect(readFileSync(join(at.folder, 'site/page'), 'utf8')).toBe('hello\n');
		expect(at.leftovers()).toEqual([]);
	});
});

test('an ordinary user is told that only root mounts file systems', async () => {
	await using at = await testBox({uid: 61_240, gid: 61_240});
	const file = spec(at, '{type: tmpfs, device: tmpfs}', {it: 'command: [echo, no]\nvolumes: ["data:/data"]\n'});
	const {status, err} = await at.tsbox(['run', file, 'it']);
	expect({status, err}).toMatchObject({status: 125, err: expect.stringContaining('only root can mount')});
	expect(at.leftovers()).toEqual([]);
});
