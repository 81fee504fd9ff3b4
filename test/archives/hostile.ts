import type {ErrorCode} from '../../src/errors/codes.ts';
import {endMark, entry, long, pax, tar} from './tar-writer.ts';

/** An archive that must be refused. */
export interface HostileArchive {
	/** What it tries, a sentence's end: `is refused: a file with an absolute name`. */
	readonly title: string;
	/** The class it belongs to, where one is known. */
	readonly cve?: string;
	readonly bytes: () => Buffer;
	readonly code: ErrorCode;
	/** Part of the message. */
	readonly says: string;
	readonly limits?: {readonly bytes?: number; readonly entries?: number};
}

const folder = {name: 'd/', type: '5', mode: 0o755} as const;
const invalid = (title: string, says: string, bytes: () => Buffer, cve?: string): HostileArchive => ({
	title,
	says,
	bytes,
	code: 'E_ARCHIVE_INVALID',
	...(cve === undefined ? {} : {cve}),
});

/** Where a hostile archive tries to write; tests put a canary there. */
export const canaryPath = '/tmp/tsbox-canary';
const climb = `${'../'.repeat(12)}tmp/tsbox-canary`;

/** One archive for each way out that an unpacker was led by, and for each kind of damage. */
export const hostileArchives: readonly HostileArchive[] = [
	invalid(
		'a file with an absolute name',
		'is an absolute name',
		() => tar({name: canaryPath, body: 'x'}),
		'CVE-2021-32804',
	),
	invalid(
		'a file with "//" before its name',
		'is an absolute name',
		() => tar({name: `/${canaryPath}`, body: 'x'}),
		'CVE-2021-32804',
	),
	invalid('a file above the root', 'has a ".." in it', () => tar({name: climb, body: 'x'}), 'CVE-2021-37713'),
	invalid(
		'a ".." inside a name',
		'has a ".." in it',
		() => tar(folder, {name: 'd/../../x', body: 'x'}),
		'CVE-2021-37713',
	),
	invalid(
		'a file above the root by its pax name',
		'has a ".." in it',
		() => tar(pax({path: climb}), {name: 'x', body: 'x'}),
		'CVE-2021-37713',
	),
	invalid('a file above the root by its GNU long name', 'has a ".." in it', () =>
		tar(long('L', climb), {name: 'x', body: 'x'}),
	),
	invalid('a file above the root by its ustar prefix', 'has a ".." in it', () =>
		tar({name: 'x', prefix: '../..', body: 'x'}),
	),
	invalid('a sparse file above the root by its pax name', 'has a ".." in it', () =>
		tar(pax({'GNU.sparse.major': '1', 'GNU.sparse.minor': '0', 'GNU.sparse.name': climb, 'GNU.sparse.realsize': '1'}), {
			name: 'GNUSparseFile.0/x',
			body: 'x',
		}),
	),
	invalid(
		'a file written through a symlink',
		'lies below a symlink',
		() => tar({name: 'd', type: '2', link: '/tmp'}, {name: 'd/tsbox-canary', body: 'x'}),
		'CVE-2021-32803',
	),
	invalid(
		'a file through a symlink that took the place of a folder',
		'lies below a symlink',
		() =>
			tar(folder, {name: 'd/a', body: 'a'}, {name: 'd', type: '2', link: '/tmp'}, {name: 'd/tsbox-canary', body: 'x'}),
		'CVE-2021-37701',
	),
	invalid(
		'a file through a chain of symlinks',
		'lies below a symlink',
		() =>
			tar(
				{name: 'a', type: '2', link: 'b'},
				{name: 'b', type: '2', link: '/tmp'},
				{name: './a//tsbox-canary', body: 'x'},
			),
		'CVE-2026-26960',
	),
	invalid(
		'a hard link to a symlink, and a file below it',
		'lies below a symlink',
		() =>
			tar({name: 'a', type: '2', link: '/tmp'}, {name: 'b', type: '1', link: 'a'}, {name: 'b/tsbox-canary', body: 'x'}),
		'CVE-2026-26960',
	),
	invalid(
		'a symlink that climbs out',
		'points out of its root',
		() => tar(folder, {name: 'd/s', type: '2', link: '../../etc'}),
		'CVE-2026-23745',
	),
	invalid(
		'a symlink that climbs out by its pax target',
		'points out of its root',
		() => tar(pax({linkpath: climb}), {name: 's', type: '2', link: 'x'}),
		'CVE-2026-23745',
	),
	invalid(
		'a hard link to an absolute name',
		'points out of the archive',
		() => tar({name: 'h', type: '1', link: '/etc/passwd'}),
		'CVE-2026-23745',
	),
	invalid(
		'a hard link with ".."',
		'points out of the archive',
		() => tar({name: 'h', type: '1', link: '../etc/passwd'}),
		'CVE-2026-24842',
	),
	invalid(
		'a hard link with ".." by its GNU long link',
		'points out of the archive',
		() => tar(long('K', climb), {name: 'h', type: '1', link: 'x'}),
		'CVE-2026-24842',
	),
	invalid(
		'a hard link to what is not in the archive',
		'which is not an earlier file',
		() => tar({name: 'h', type: '1', link: 'etc/passwd'}),
		'CVE-2026-29786',
	),
	invalid('a hard link to itself', 'which is not an earlier file', () =>
		tar({name: 'h', body: 'x'}, {name: 'h', type: '1', link: './h'}),
	),
	invalid('a hard link to a file that comes later', 'which is not an earlier file', () =>
		tar({name: 'h', type: '1', link: 'f'}, {name: 'f', body: 'x'}),
	),
	invalid('a hard link to a folder', 'which is not an earlier file', () =>
		tar(folder, {name: 'h', type: '1', link: 'd'}),
	),
	invalid('a pax name with a NUL', 'has a NUL', () => tar(pax({path: 'ok\0/../../x'}), {name: 'x', body: 'x'})),
	invalid('a GNU long name with a NUL', 'has a NUL', () => tar(long('L', 'ok\0/../../x'), {name: 'x', body: 'x'})),
	invalid(
		'an entry hidden behind a pax size for a long name',
		'two names for one entry',
		() => tar(pax({size: '1024', path: 'a'}), long('L', 'b'), {name: 'x', body: 'x'}),
		'CVE-2026-53655',
	),
	invalid(
		'a pax size that is no number',
		'that is not a size',
		() => tar(pax({size: 'NaN'}), {name: 'x', body: 'x'}),
		'CVE-2026-59871',
	),
	invalid(
		'a pax size below zero',
		'that is not a size',
		() => tar(pax({size: '-512'}), {name: 'x', body: 'x'}),
		'CVE-2026-59871',
	),
	invalid(
		'a pax size past 2^53',
		'that is not a size',
		() => tar(pax({size: '9999999999999999'}), {name: 'x', body: 'x'}),
		'CVE-2026-59874',
	),
	invalid(
		'a size below zero in base 256',
		'is damaged',
		() => tar({name: 'x', touch: header => header.fill(0xff, 124, 136)}),
		'CVE-2026-59874',
	),
	invalid('a global pax header that renames all entries', 'sets the path', () =>
		tar(pax({path: 'etc/shadow'}, 'g'), {name: 'x', body: 'x'}),
	),
	invalid('a pax record of a wrong length', 'a record of the wrong length', () =>
		tar(entry({name: 'p', type: 'x', body: '99 path=x\n'}), {name: 'x'}),
	),
	invalid('two pax headers for one entry', 'two pax headers', () =>
		tar(pax({path: 'a'}), pax({path: 'b'}), {name: 'x'}),
	),
	invalid('a pax header without an entry', 'is truncated', () => tar({name: 'x'}, pax({path: 'a'}))),
	invalid('a folder with a body', 'has data', () => tar({name: 'd/', type: '0', body: entry({name: climb})})),
	invalid('a folder with a body by its GNU long name', 'has data', () =>
		tar(long('L', 'd/'), {name: 'd', body: entry({name: climb})}),
	),
	invalid('an entry that hides in a body the header has no size for', 'lies below a symlink', () =>
		tar(
			{name: 'd', type: '2', link: '/tmp'},
			pax({path: 'f'}),
			{name: 'f/', body: entry({name: 'd', type: '5'})},
			{name: 'd/tsbox-canary', body: 'x'},
		),
	),
	invalid(
		'a folder 300 levels deep',
		'more than 256 folders',
		() => tar(pax({path: 'd/'.repeat(300)}), {name: 'd', type: '5'}),
		'CVE-2024-28863',
	),
	invalid('a name of 256 bytes', 'more than 255 bytes', () => tar(long('L', 'n'.repeat(256)), {name: 'n'})),
	invalid('an entry of an unknown type', 'of a type that root filesystems do not have', () =>
		tar({name: 'x', type: 'M'}),
	),
	invalid('a root that is a symlink', 'is not a folder', () => tar({name: './', type: '2', link: '/tmp'})),
	invalid('a symlink to nowhere', 'has no target', () => tar({name: 's', type: '2'})),
	invalid('an entry without a name', 'has no name', () => tar({name: ''})),
	invalid('a wrong checksum', 'wrong checksum', () => {
		const bytes = tar({name: 'a', body: 'a'}, {name: 'b', body: 'b'});
		bytes[1024] = 0x63;
		return bytes;
	}),
	invalid('data after the end mark', 'data after its end mark', () =>
		Buffer.concat([tar({name: 'a'}), tar({name: climb})]),
	),
	invalid('an entry after a lone zero block', 'data after its end mark', () =>
		tar({name: 'a'}, Buffer.alloc(512), {name: 'b'}),
	),
	invalid('no end mark', 'is truncated', () => entry({name: 'a', body: 'a'})),
	invalid('an end inside a body', 'is truncated', () => tar({name: 'a', body: 'a'.repeat(5000)}).subarray(0, 3000)),
	invalid('an end inside a header', 'is truncated', () => tar({name: 'a'}, {name: 'b'}).subarray(0, 700)),
	invalid('no entries', 'has no entries', () => endMark),
	invalid('an image instead of a root filesystem', 'an image of several layers', () =>
		tar({name: `blobs/sha256/${'0'.repeat(64)}`, body: 'layer'}),
	),
	{
		title: 'more bytes than the limit',
		says: 'more than 1000 bytes',
		code: 'E_ARCHIVE_TOO_LARGE',
		bytes: () => tar({name: 'a', body: 'a'.repeat(600)}, {name: 'b', body: 'b'.repeat(600)}),
		limits: {bytes: 1000},
	},
	{
		title: 'a sparse file whose real size is over the limit',
		says: 'more than 1000000 bytes',
		code: 'E_ARCHIVE_TOO_LARGE',
		bytes: () =>
			tar(
				pax({
					'GNU.sparse.major': '1',
					'GNU.sparse.minor': '0',
					'GNU.sparse.name': 's',
					'GNU.sparse.realsize': '10000000000',
				}),
				{name: 'GNUSparseFile.0/s', body: '0\n'},
			),
		limits: {bytes: 1_000_000},
	},
	{
		title: 'more entries than the limit',
		says: 'more than 2 entries',
		code: 'E_ARCHIVE_TOO_LARGE',
		bytes: () => tar({name: 'a'}, {name: 'b'}, {name: 'c'}),
		limits: {entries: 2},
	},
];
