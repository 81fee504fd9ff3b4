import {blockSize} from '../archive/header-block.ts';

/** Mode, owner, and time of an entry, as tar(5) writes them: 48 bytes from offset 100 of the header, which have the size too. */
export interface RawFacts {
	readonly mode: number;
	readonly uid: number;
	readonly gid: number;
	/** Seconds since the epoch, with a fraction. */
	readonly mtime: number;
}

/** An entry. Its data, if it has a size, follow its blocks and are padded to {@link blockSize}. */
export interface PlainEntry extends RawFacts {
	/** One character per byte. */
	readonly name: string;
	/** `0` for a file, `2` for a symlink, `3` for a character device with the numbers 0 and 0, `5` for a folder. */
	readonly type: '0' | '2' | '3' | '5';
	/** The target of a symlink, one character per byte. */
	readonly link?: string;
	/** Bytes of data. */
	readonly size?: number;
	/** Extended attributes; the names as getxattr(2) takes them. */
	readonly attributes?: Readonly<Record<string, string>>;
}

/** The blocks of an entry: a pax header with name, owner, time, and attributes, which have no limits there, and the entry's own. */
export function entryBlocks({name, type, link, size = 0, attributes = {}, ...facts}: PlainEntry): Buffer {
	const {mode, uid, gid, mtime} = facts;
	const records = [
		['path', name],
		['uid', String(uid)],
		['gid', String(gid)],
		['mtime', String(mtime)],
		...(link === undefined ? [] : [['linkpath', link] as const]),
		...(size > mostOctal ? [['size', String(size)] as const] : []),
		...Object.entries(attributes).map(([key, value]) => [`SCHILY.xattr.${key}`, value] as const),
	] as const;
	return Buffer.concat([paxBlocks(records), header(type, 'entry', mode, size)]);
}

/** The largest size that the field of a header holds, bytes: eleven octal digits. */
const mostOctal = 0o77_777_777_777;

/** A pax header for the entry behind it; values have one character per byte. */
export function paxBlocks(records: readonly (readonly [key: string, value: string])[]): Buffer {
	const body = Buffer.from(records.map(([key, value]) => paxRecord(key, value)).join(''), 'latin1');
	return Buffer.concat([header('x', 'pax', 0o644, body.length), body, paddingOf(body.length)]);
}

/** The zeros behind data of this length, up to the next block. */
export function paddingOf(length: number): Buffer {
	return Buffer.alloc((blockSize - (length % blockSize)) % blockSize);
}

/** Writes the checksum of a header into it. */
export function seal(block: Buffer): Buffer {
	// The checksum counts its own field as blanks.
	block.write('        ', 148);
	const sum = block.reduce((all, byte) => all + byte, 0);
	block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
	return block;
}

/** The two empty blocks that end a tar. */
export const endBlocks: Buffer = Buffer.alloc(2 * blockSize);

/** A record of a pax header: its length counts itself; pax(1). */
function paxRecord(key: string, value: string): string {
	const rest = ` ${key}=${value}\n`;
	let length = rest.length + 1;
	while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
	return `${length}${rest}`;
}

function header(type: string, name: string, mode: number, size: number): Buffer {
	const block = Buffer.alloc(blockSize);
	const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, '0')}\0`;
	block.write(name, 0, 'latin1');
	block.write(octal(mode, 7), 100);
	block.write(octal(0, 7), 108);
	block.write(octal(0, 7), 116);
	block.write(octal(Math.min(size, mostOctal), 11), 124);
	block.write(octal(0, 11), 136);
	block.write(type, 156);
	block.write('ustar\x0000', 257);
	block.write(octal(0, 7), 329);
	block.write(octal(0, 7), 337);
	return seal(block);
}
