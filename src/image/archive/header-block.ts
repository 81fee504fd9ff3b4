import {Header} from 'tar';
import {archiveError} from './archive-error.ts';
import {looksLike} from './compression.ts';
import {shownName} from './entry-name.ts';

/** Size of a tar block, bytes. */
export const blockSize = 512;

/** A decoded header. Names have one character per byte. */
export interface HeaderBlock {
	/** The type flag: `0`, `5`, `x`. */
	readonly type: string;
	readonly name: string;
	readonly link: string;
	/** Size of the body that follows, bytes; undefined when the field is blank. */
	readonly size: number | undefined;
	/** Of old GNU sparse headers (type `S`): the file's real size, and whether more blocks of its map follow. */
	readonly sparse: {readonly realSize: number; readonly extended: boolean} | undefined;
}

/**
 * Decodes a header. The tar package checks the checksum, but names and sizes come from the block itself. The package reads names as
 * UTF-8, so that two names with different bytes become equal. It also drops the size when a name ends in a slash, although a pax
 * header may rename the entry.
 *
 * @param offset Position of the block in the decompressed stream, bytes, for the message.
 * @throws TsboxError E_ARCHIVE_INVALID for a wrong checksum or a malformed number.
 */
export function headerBlock(archive: string, block: Buffer, offset: number): HeaderBlock {
	if (!hasChecksum(block)) {
		if (offset === 0) throw archiveError(archive, `contains no tar: its data looks like ${looksLike(block)}`);
		throw archiveError(archive, `is damaged: the header at byte ${offset} of the tar has a wrong checksum or number`);
	}
	const type = String.fromCharCode(block[156] ?? 0).replace('\0', '0');
	const name = text(block, 0, 100);
	const prefix = block.toString('latin1', 257, 263) === 'ustar\0' ? text(block, 345, 155) : '';
	const number = (at: number): number | undefined => numberField(archive, name, block.subarray(at, at + 12));
	return {
		type,
		name: prefix === '' ? name : `${prefix}/${name}`,
		link: text(block, 157, 100),
		size: number(124),
		// isextended and realsize of struct oldgnu_header (GNU tar, "Basic Tar Format").
		sparse: type === 'S' ? {realSize: number(483) ?? 0, extended: block[482] !== 0} : undefined,
	};
}

function hasChecksum(block: Buffer): boolean {
	try {
		return new Header(block).cksumValid;
	} catch {
		// The package throws for base-256 numbers that are out of range.
		return false;
	}
}

/** Parses octal digits, or base 256 marked by the first bit (GNU tar, for files of 8 GiB and more); undefined when blank. */
function numberField(archive: string, name: string, field: Buffer): number | undefined {
	const digits = field
		.toString('latin1')
		.replace(/[ \0]+$/, '')
		.trimStart();
	if (digits === '') return undefined;
	const octal = /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number.NaN;
	const value = field[0] === 0x80 && field.readUInt32BE(0) === 0x8000_0000 ? Number(field.readBigUInt64BE(4)) : octal;
	if (!Number.isSafeInteger(value))
		throw archiveError(archive, `is damaged: the size of ${shownName(name)} is not a number`);
	return value;
}

function text(block: Buffer, start: number, length: number): string {
	const field = block.toString('latin1', start, start + length);
	const end = field.indexOf('\0');
	return end === -1 ? field : field.slice(0, end);
}
