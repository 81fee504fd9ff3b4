import {gzipSync} from 'node:zlib';
import {expect, test} from 'vitest';
import {tar} from '../../../test/archives/tar-writer.ts';
import {compressionOf} from './compression.ts';

const oldTar = tar({name: 'a', touch: header => header.fill(0, 257, 265)});

test.each([
	['none', tar({name: 'a'})],
	['none', oldTar],
	['none', tar({name: 'BZh9'})],
	['gzip', gzipSync('x')],
	['zstd', Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0])],
	['xz', Buffer.from('\xfd7zXZ\0', 'latin1')],
	['bzip2', Buffer.from('BZh91AY&SY')],
])('detects %s by its first bytes', (compression, bytes) => {
	expect(compressionOf('a.tar.xz', bytes.subarray(0, 512))).toBe(compression);
});

test.each([
	['', 'an empty file'],
	['PK\x03\x04', 'a zip file'],
	['\x7fELF\x02', 'a program'],
	['hello\n', 'text'],
	['{"schemaVersion": 2}', 'JSON'],
	['<!DOCTYPE html>', 'a web page'],
	['\0\x01\x02', 'unknown data'],
])('refuses %j because it looks like %s', (text, looks) => {
	expect(() => compressionOf('a.tar', Buffer.from(text, 'latin1'))).toThrow(
		`the archive a.tar is not a tar: it looks like ${looks}`,
	);
});
