import {execFileSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {type Pinned, pin, unpin} from '../host/files/pinned.ts';
import {recordingHost} from '../../test/support/recording-host.ts';
import type {ExecAction} from '../step/verbs/exec.ts';
import {type CommandTrouble, troublesIn} from './command-trouble.ts';

let folder = '';
let root: Pinned;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'tsbox-trouble-'));
	mkdirSync(join(folder, 'bin'));
	root = pin(folder);
});

afterEach(() => {
	unpin(root);
	rmSync(folder, {recursive: true, force: true});
});

function put(path: string, content: string | Buffer, mode = 0o755): void {
	writeFileSync(join(folder, path), content, {mode});
}

/** An ELF file for a machine (e_machine of elf(5)); dynamic if it names a loader. */
function elf(machine: number, loader?: string): Buffer {
	const file = Buffer.alloc(200 + (loader?.length ?? 0));
	file.write('\x7fELF', 'latin1');
	file.set([2, 1], 4);
	file.writeUInt16LE(machine, 18);
	file.writeBigUInt64LE(64n, 32);
	file.writeUInt16LE(56, 54);
	file.writeUInt16LE(1, 56);
	file.writeUInt32LE(loader === undefined ? 1 : 3, 64);
	file.writeBigUInt64LE(120n, 72);
	file.writeBigUInt64LE(BigInt((loader?.length ?? 0) + 1), 96);
	file.write(loader ?? '', 120);
	return file;
}

const x86 = 62;
const arm = 183;
const loader = '/lib64/ld-linux-x86-64.so.2';

function troubles(
	command: string,
	path = '/bin',
	files: Readonly<Record<string, string>> = {},
): readonly CommandTrouble[] {
	const exec: ExecAction = {kind: 'exec', cwd: '/', args: [command], env: [`PATH=${path}`], init: 'none'};
	return troublesIn(root, recordingHost(files), {kernel: {release: '6.1.0', arch: 'x86_64'}}, exec);
}

test('a symlink that leads nowhere or back to itself is reported', () => {
	symlinkSync('busybox', join(folder, 'bin/sh'));
	symlinkSync('/bin/self', join(folder, 'bin/self'));
	expect(troubles('sh')).toMatchObject([
		{
			file: '/bin/sh',
			kind: 'leadsNowhere',
			problem: 'is a symlink that leads nowhere',
			why: '`/bin/sh` is a symlink to `busybox`, and the container has no `/bin/busybox`',
		},
	]);
	expect(troubles('/bin/self')).toMatchObject([{problem: 'is a symlink that leads back to itself'}]);
	expect(troubles('none')).toEqual([]);
});

test.each([
	['a missing loader', elf(x86, loader), `its loader \`${loader}\` is not in the container`],
	['another machine', elf(arm), 'it is for aarch64, and this machine is x86_64'],
	['a missing interpreter', '#!/bin/nosuch -x\n', 'its interpreter `/bin/nosuch` is not in the container'],
	['a line end of Windows', '#!/bin/prog\r\n', 'its first line ends as in Windows'],
	['no first line', 'echo hello\n', 'it has no `#!` line'],
	['bytes of something else', Buffer.from([1, 2, 0, 3]), 'it is neither a program of Linux nor a script'],
	['a program that is cut short', elf(x86, loader).subarray(0, 100), 'it is a damaged program'],
	[
		'an interpreter that is no better',
		'#!/bin/dynamic\n',
		'its interpreter `/bin/dynamic` cannot be executed: its loader',
	],
])('%s', (_, content, problem) => {
	put('bin/prog', elf(x86));
	put('bin/dynamic', elf(x86, loader));
	put('bin/it', content);
	const [trouble, ...others] = troubles('it', '/sbin:/bin');
	expect(trouble).toMatchObject({file: '/bin/it', kind: 'notExecutable'});
	expect(trouble?.problem).toContain(`cannot be executed: ${problem}`);
	expect(others).toEqual([]);
});

test('files that the kernel runs or may run are not reported', () => {
	mkdirSync(join(folder, 'lib64'));
	put('lib64/ld', elf(x86));
	symlinkSync('/lib64/ld', join(folder, loader));
	put('bin/sh', elf(x86, loader));
	put('bin/script', '#! /bin/sh -e\n');
	put('bin/plain', 'echo hello\n');
	put('bin/old', elf(3));
	put('bin/long', `#!/bin/${'x'.repeat(400)}\n`);
	put('bin/nomode', elf(arm), 0o644);
	for (const name of ['sh', 'script', 'plain', 'old', 'long', 'nomode'])
		expect([name, troubles(name)]).toEqual([name, []]);
});

test('a program of another machine can run only if binfmt_misc has an emulator for it', () => {
	put('bin/it', elf(arm));
	const handler = (state: string): Record<string, string> => ({
		'/proc/sys/fs/binfmt_misc/status': 'enabled\n',
		'/proc/sys/fs/binfmt_misc/qemu-aarch64': `${state}\ninterpreter /usr/bin/qemu\nflags: F\noffset 0\nmagic 7f454c460201010000000000000000000200b700\nmask ffffffffffffff000000000000000000feffff00\n`,
	});
	const bytes = elf(arm);
	bytes.set([1, 0], 6);
	bytes.set([3, 0], 16);
	put('bin/it', bytes);
	expect(troubles('it', '/bin', handler('enabled'))).toEqual([]);
	expect(troubles('it', '/bin', handler('disabled'))).toHaveLength(1);
	put('bin/it', elf(x86, loader));
	expect(troubles('it', '/bin', handler('enabled'))).toHaveLength(1);
});

test('the folders of PATH are tried up to the first one with a file that can run', () => {
	mkdirSync(join(folder, 'good'));
	put('bin/it', elf(arm));
	put('good/it', elf(x86));
	expect(troubles('it', '/good:/bin')).toEqual([]);
	expect(troubles('it', '/none:/bin:/good:/bin').map(({file}) => file)).toEqual(['/bin/it']);
	expect(troubles('it', ':bin').map(({file}) => file)).toEqual(['bin/it']);
	expect(troubles('bin/it').map(({file}) => file)).toEqual(['bin/it']);
});

test('a hostile file cannot block tsbox, read the host, or print control characters', () => {
	execFileSync('mkfifo', [join(folder, 'bin/fifo')]);
	put('bin/huge', elf(x86, loader));
	const table = elf(x86, loader);
	table.writeUInt16LE(0xffff, 54);
	table.writeUInt16LE(0xffff, 56);
	put('bin/table', table);
	truncateSync(join(folder, 'bin/table'), 8 * 1024 ** 3);
	put('bin/escapes', '#!/\x1b[2J\x1b]0;title\x07\n');
	put('bin/above', `#!/../../../..${process.execPath}\n`);
	symlinkSync(process.execPath, join(folder, 'bin/outside'));
	expect(troubles('fifo')).toEqual([]);
	expect(troubles('table')).toMatchObject([{problem: 'cannot be executed: it is a damaged program'}]);
	expect(JSON.stringify(troubles('escapes'))).not.toMatch(/\\u001b|\\u0007/);
	expect(troubles('above')[0]?.problem).toContain('is not in the container');
	expect(troubles('outside')[0]?.kind).toBe('leadsNowhere');
});
