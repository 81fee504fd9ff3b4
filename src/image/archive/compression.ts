import {archiveError} from './archive-error.ts';

/** How an archive is compressed. */
export type Compression = 'none' | 'gzip' | 'zstd' | 'xz' | 'bzip2';

/** Magic numbers of the formats: RFC 1952, RFC 8878, the .xz and bzip2 formats. */
const magics: readonly (readonly [Exclude<Compression, 'none'>, readonly number[]])[] = [
	['gzip', [0x1f, 0x8b, 0x08]],
	['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
	['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
	['bzip2', [0x42, 0x5a, 0x68]],
];

/** Files that people pass by mistake. */
const others: readonly (readonly [string, readonly number[]])[] = [
	['a zip file', [0x50, 0x4b, 0x03, 0x04]],
	['a 7-Zip file', [0x37, 0x7a, 0xbc, 0xaf]],
	['an lz4 file', [0x04, 0x22, 0x4d, 0x18]],
	['an lzma file', [0x5d, 0x00, 0x00]],
	['a squashfs image', [0x68, 0x73, 0x71, 0x73]],
	['a QEMU disk image', [0x51, 0x46, 0x49, 0xfb]],
	['a program', [0x7f, 0x45, 0x4c, 0x46]],
	['an rpm package', [0xed, 0xab, 0xee, 0xdb]],
	['a deb package or static library', [0x21, 0x3c, 0x61, 0x72, 0x63, 0x68]],
];

/**
 * Detects the compression from the first 512 bytes of a file, never from its name.
 *
 * @throws TsboxError E_ARCHIVE_INVALID for a file that is not a tar, naming what it looks like.
 */
export function compressionOf(archive: string, head: Buffer): Compression {
	// Check for a tar first: a tar begins with a file name, which may be "BZh".
	if (isTarHeader(head)) return 'none';
	const packed = magics.find(([, magic]) => startsWith(head, magic));
	if (packed !== undefined) return packed[0];
	throw archiveError(archive, `is not a tar: it looks like ${looksLike(head)}`, {
		hint: 'use a tar, plain or compressed with gzip, zstd, xz, or bzip2, such as `docker export` writes',
	});
}

/** Names the type of a file from its first bytes: `a zip file`. */
export function looksLike(head: Buffer): string {
	if (head.length === 0) return 'an empty file';
	const packed = magics.find(([, magic]) => startsWith(head, magic));
	if (packed !== undefined) return `${packed[0]} data`;
	const other = others.find(([, magic]) => startsWith(head, magic));
	if (other !== undefined) return other[0];
	const text = head.toString('latin1').trimStart();
	if (/^(<!doctype|<html|<\?xml)/i.test(text)) return 'a web page';
	if (/^[\x09\x0a\x0d\x20-\x7e]*$/.test(text) && text !== '') return text.startsWith('{') ? 'JSON' : 'text';
	return 'unknown data';
}

function isTarHeader(head: Buffer): boolean {
	if (head.length < 512) return false;
	// Tars from before POSIX have no magic number, but a checksum. A block of zeros is a tar without entries.
	if (head.toString('latin1', 257, 262) === 'ustar' || head.every(byte => byte === 0)) return true;
	// The sum of the header's bytes, where those of the checksum itself count as spaces; tar(5).
	const sum = head.subarray(0, 512).reduce((all, byte, at) => all + (at >= 148 && at < 156 ? 0x20 : byte), 0);
	const written = /^ *([0-7]+)/.exec(head.toString('latin1', 148, 156));
	return written?.[1] !== undefined && Number.parseInt(written[1], 8) === sum;
}

function startsWith(head: Buffer, magic: readonly number[]): boolean {
	return magic.every((byte, index) => head[index] === byte);
}
