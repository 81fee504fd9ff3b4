import {execFileSync} from 'node:child_process';
import {describe, expect, test} from 'vitest';
import {hostileArchives} from '../../../test/archives/hostile.ts';
import {long, pax, tar} from '../../../test/archives/tar-writer.ts';
import {walk} from '../../../test/archives/walk.ts';
import type {TsboxError} from '../../errors/tsbox-error.ts';
import {entryRules} from './entry-rules.ts';

function errorOf(act: () => unknown): TsboxError {
	try {
		act();
	} catch (error) {
		return error as TsboxError;
	}
	throw new Error('it was not refused');
}

describe('refuses a hostile or damaged archive', () => {
	test.each(hostileArchives)('$title', ({bytes, code, says, limits}) => {
		const error = errorOf(() => walk(bytes(), limits));
		expect(error).toMatchObject({name: 'TsboxError', code});
		expect(error.message).toContain(says);
	});

	test('at the same entry when the archive comes in small chunks', () => {
		for (const {bytes, limits, says} of hostileArchives) {
			expect(errorOf(() => walk(bytes(), limits, 7)).message).toContain(says);
		}
	});

	test('with more than half a million entries and no limit', () => {
		const rules = entryRules('a.tar', {});
		const fill = (): void => {
			for (let i = 0; i < 1_000_000; i++) rules.check({kind: 'file', name: `d/${i}`, link: '', size: 0, stored: 0});
		};
		expect(errorOf(fill)).toMatchObject({
			code: 'E_ARCHIVE_TOO_LARGE',
			message: 'the archive a.tar has more than 500000 entries',
		});
	});

	test('wherever it is truncated, unless all entries are complete', () => {
		const whole = tar(
			{name: 'a', body: 'a'.repeat(700)},
			pax({path: 'long'}),
			{name: 'b', body: 'b'},
			{name: 'c', type: '5'},
		);
		// Padding and the second block of the end mark may be missing: all entries are complete without them.
		const complete = whole.length - 512;
		for (let length = 0; length < complete; length += 64) {
			expect(errorOf(() => walk(whole.subarray(0, length)))).toMatchObject({code: 'E_ARCHIVE_INVALID'});
		}
		expect(walk(whole.subarray(0, complete)).entries).toHaveLength(3);
	});
});

describe('accepts what a root filesystem may contain', () => {
	test('every kind of entry, with names from headers, pax records, and GNU long names', () => {
		const longName = `${'n'.repeat(150)}/x`;
		const {entries, counts} = walk(
			tar(
				{name: './', type: '5'},
				{name: './usr/', type: '5'},
				{name: './bin', type: '2', link: 'usr/bin'},
				{name: './etc/mtab', type: '2', link: '../proc/self/mounts'},
				{name: './abs', type: '2', link: '/etc/passwd'},
				{name: './usr/f', body: 'hello', mode: 0o4755},
				{name: './usr/h', type: '1', link: './usr/f'},
				{name: './dev/null', type: '3', device: [1, 3]},
				{name: './fifo', type: '6'},
				long('L', longName),
				{name: 'cut', body: 'x'},
				pax({path: 'p\xff\n=', 'SCHILY.xattr.security.capability': '\x01\n\0\n22 path=../evil\n'}),
				{name: 'cut', body: 'y'},
				{name: 'f', prefix: 'prefix', body: 'z'},
				{name: 'old/'},
			),
			{},
			13,
		);
		expect(entries.map(({kind, name, link, size}) => [kind, name, link, size].join(' ').trim())).toEqual([
			'directory ./  0',
			'directory ./usr/  0',
			'symlink ./bin usr/bin 0',
			'symlink ./etc/mtab ../proc/self/mounts 0',
			'symlink ./abs /etc/passwd 0',
			'file ./usr/f  5',
			'hardlink ./usr/h ./usr/f 0',
			'device ./dev/null  0',
			'fifo ./fifo  0',
			`file ${longName}  1`,
			'file p\xff\n=  1',
			'file prefix/f  1',
			'directory old/  0',
		]);
		expect(counts).toEqual({entries: 13, bytes: 8, diskBytes: 7 * 4096});
	});

	test('names that differ only in bytes that are not UTF-8', () => {
		expect(walk(tar({name: '\xff', type: '2', link: '/a'}, {name: '\xfe/x', body: 'x'})).entries).toHaveLength(2);
	});

	test('a symlink that a folder replaces', () => {
		expect(walk(tar({name: 'd', type: '2', link: '/a'}, {name: 'd', type: '5'}, {name: 'd/x'})).entries).toHaveLength(
			3,
		);
	});

	test.each(['gnu', 'posix --sparse-version=0.0', 'posix --sparse-version=0.1', 'posix --sparse-version=1.0'])(
		'a sparse file of GNU tar with many holes: --format=%s',
		format => {
			const script = `cd "$(mktemp -d)" && trap 'rm -r "$PWD"' EXIT
				i=0; while [ $i -lt 40 ]; do printf x | dd of=s bs=1 seek=$((i*100000)) conv=notrunc status=none; i=$((i+1)); done
				echo after >f; tar -cSf - --format=${format} s f`;
			const bytes = execFileSync('sh', ['-c', script]);
			expect(walk(bytes, {}, 1000).entries).toMatchObject([
				{name: 's', kind: 'file', size: 3_900_001},
				{name: 'f', kind: 'file', size: 6},
			]);
		},
	);
});

test('an error quotes a name so that it cannot harm the terminal', () => {
	const {message} = errorOf(() => walk(tar({name: '/\x1b[2J\u202e"x\xff'})));
	expect(message).toBe(String.raw`the archive a.tar is hostile: "/\x1b[2J.\"x\xff" is an absolute name`);
});
