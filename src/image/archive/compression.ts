import {Header} from 'tar';
import {archiveError} from './archive-error.ts';

/** How an archive is packed. */
export type Compression = 'none' | 'gzip' | 'zstd' | 'xz' | 'bzip2';

/** The bytes that files start with: RFC 1952, RFC 8878, the .xz and bzip2 formats. */
const magics: readonly (readonly [Exclude<Compression, 'none'>, readonly number[]])[] = [
	['gzip', [0x1f, 0x8b, 0x08]],
	['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
	['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
	['bzip2', [0x42, 0x5a, 0x68]],
];

/** What people put there by mistake. */
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
 * Tells from the first 512 bytes of a file how it is packed; its name plays no part.
 *
 * @throws TsboxError E_ARCHIVE_INVALID for what is no tar, with what it looks like.
 */
export function compressionOf(archive: string, head: Buffer): Compression {
	// A tar first: its first bytes are a file name, and that may be "BZh".
	if (isTarHeader(head)) return 'none';
	const packed = magics.find(([, magic]) => startsWith(head, magic));
	if (packed !== undefined) return packed[0];
	throw archiveError(archive, `is no tar: it looks like ${looksLike(head)}`, {
		hint: 'use a tar, plain or packed with gzip, zstd, xz or bzip2, such as `docker export` writes',
	});
}

/** What the first bytes of a file look like, in words: `a zip file`. */
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
	// Tars from before POSIX have no magic; a right checksum is as good. No more than zeros is a tar without entries.
	if (head.toString('latin1', 257, 262) === 'ustar' || head.every(byte => byte === 0)) return true;
	try {
		return new Header(head).cksumValid;
	} catch {
		return false;
	}
}

function startsWith(head: Buffer, magic: readonly number[]): boolean {
	return magic.every((byte, index) => head[index] === byte);
}
