import {join} from 'node:path';
import {expect, test} from 'vitest';
import {testBox} from './box.ts';
import {start} from './compiled-script.ts';
import {program} from '../support/program.ts';

/* `rootfs: minimal`: a root filesystem from the files of this machine. */

const script = 'ls /; cat /etc/passwd > /dev/null && ps > /dev/null && mount > /dev/null && id -u';

test.each([
	['BusyBox', 'true'],
	[
		'the shell and a few programs, where there is no BusyBox',
		'mount --bind /dev/null "$(readlink -f /usr/bin/busybox)"',
	],
])('it is made of %s', async (_, prepare) => {
	await using at = await testBox();
	const spec = at.file('minimal.yaml', `name: ${at.name}\nrootfs: minimal\n`);
	const tsbox = program;
	const folders = ['--store', join(at.folder, 'store'), '--state', join(at.folder, 'state')];
	const run = [tsbox, ...folders, 'run', spec, '--', 'sh', '-c', script];
	const path = `PATH=${process.env['PATH'] ?? ''}`;
	const words = ['/usr/bin/env', path, 'unshare', '-m', 'sh', '-c', `${prepare} && exec "$@"`, 'sh', ...run];
	const {status, stdout} = await start(words).ended;
	expect(status).toBe(0);
	const lines = stdout.trim().split('\n');
	expect(lines).toContain('bin');
	expect(lines).not.toContain('home');
	expect(lines.at(-1)).toBe('0');
	expect(at.leftovers()).toEqual([]);
});

test('the same files are the same image', async () => {
	await using at = await testBox();
	const spec = at.file('minimal.yaml', `name: ${at.name}\nrootfs: minimal\ncommand: ["true"]\n`);
	const planned = async () =>
		JSON.parse((await at.tsbox(['plan', '--json', spec])).out) as {steps: readonly {id: string}[]};
	const before = await planned();
	expect(before.steps.map(({id}) => id)).toContain('image.unpack');
	expect((await at.tsbox(['up', spec])).status).toBe(0);
	expect((await planned()).steps.map(({id}) => id)).toEqual(
		before.steps.map(({id}) => id).filter(id => id !== 'image.unpack' && id !== 'rootfs.tools'),
	);
});
