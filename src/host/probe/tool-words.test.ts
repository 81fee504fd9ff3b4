import {expect, test} from 'vitest';
import {librariesIn} from './tools.ts';
import {optionsIn, versionIn} from './tool-words.ts';

test('finds long options in the help of util-linux, coreutils, and zstd', () => {
	const help = ` -m, --mount[=<file>]      unshare mounts namespace
     --kill-child[=<signame>]  when dying (implies --fork)
  -i, --ignore-environment  start with an empty environment
      --[no-]sparse
 --reuid <uid|username>  a--b ---x`;
	expect(optionsIn(help)).toEqual([
		'fork',
		'ignore-environment',
		'kill-child',
		'mount',
		'no-sparse',
		'reuid',
		'sparse',
	]);
});

test.each([
	['mount from util-linux 2.38.1 (libmount 2.38.1: selinux)', 'mount', 'util-linux 2.38.1'],
	['cp (GNU coreutils) 9.1\nCopyright', 'cp', 'GNU coreutils 9.1'],
	['tar (GNU tar) 1.34', 'tar', 'GNU tar 1.34'],
	['xz (XZ Utils) 5.4.1', 'xz', 'XZ Utils 5.4.1'],
	['*** Zstandard CLI (64-bit) v1.5.4, by Yann Collet ***', 'zstd', 'zstd 1.5.4'],
	['bzip2, a block-sorting file compressor.  Version 1.0.8, 13-Jul-2019.', 'bzip2', 'bzip2 1.0.8'],
	['This is perl 5, version 36, subversion 0 (v5.36.0) built for', 'perl', 'perl 5.36.0'],
	['BusyBox v1.36.1 (2024-06-10 07:11:47 UTC) multi-call binary.', 'busybox', 'BusyBox 1.36.1'],
	['/usr/bin/dash: 0: Illegal option --', 'dash', 'dash'],
])('finds the version in %s', (words, file, version) => {
	expect(versionIn(words, file)).toBe(version);
});

test('finds libraries in the lists of glibc and musl, without the vdso and the loader', () => {
	const glibc = `	linux-vdso.so.1 (0x00007f07aaa4e000)
	libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f07aa7ba000)
	/lib64/ld-linux-x86-64.so.2 (0x00007f07aaa50000)`;
	const musl = `	/lib/ld-musl-x86_64.so.1 (0x7f1e7a1f5000)
	libc.musl-x86_64.so.1 => /lib/ld-musl-x86_64.so.1 (0x7f1e7a1f5000)`;
	expect(librariesIn(glibc)).toEqual(['/lib/x86_64-linux-gnu/libc.so.6']);
	expect(librariesIn(musl)).toEqual(['/lib/ld-musl-x86_64.so.1']);
});
