import type {EntryPlace} from '../archive/entry-reader.ts';
import type {RawFacts} from './tar-writer.ts';

/** Mode, owner, and time of an entry: a pax header counts before the header's own fields. */
export function factsOf({header, pax}: Pick<EntryPlace, 'header' | 'pax'>): RawFacts {
	const octal = (at: number, length: number): number => {
		const field = header.subarray(at, at + length);
		// Base 256: GNU tar, "Basic Tar Format".
		if (((field[0] ?? 0) & 0x80) !== 0) return Number(field.readBigUInt64BE(length - 8));
		return Number.parseInt(field.toString('latin1').replace(/\0.*/, '').trim() || '0', 8);
	};
	const number = (key: string, at: number, length: number): number => {
		const text = pax.get(key);
		const value = text === undefined || text.trim() === '' ? octal(at, length) : Number(text);
		return Number.isFinite(value) ? value : 0;
	};
	return {
		mode: octal(100, 8) & 0o7777,
		uid: number('uid', 108, 8),
		gid: number('gid', 116, 8),
		mtime: number('mtime', 136, 12),
	};
}

/** Whether an entry is a character device with the numbers 0 and 0: what overlayfs takes for a file that is gone. */
export function isWhiteoutEntry(header: Buffer): boolean {
	const number = (at: number): number =>
		Number.parseInt(
			header
				.subarray(at, at + 8)
				.toString('latin1')
				.replace(/\0.*/, '')
				.trim() || '0',
			8,
		);
	return header[156] === 0x33 && number(329) === 0 && number(337) === 0;
}
