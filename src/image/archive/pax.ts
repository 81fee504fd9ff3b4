import {archiveError} from './archive-error.ts';

/**
 * Parses a pax extended header: records of `<length> <key>=<value>\n` (pax(1), POSIX.1-2017), one character per byte.
 * It follows the lengths: a value (an extended attribute) may contain newlines, and splitting at newlines, as the tar package
 * does, drops or forges records.
 *
 * @throws TsboxError E_ARCHIVE_INVALID for a record with a wrong length, or a name with a NUL.
 */
export function paxRecords(archive: string, body: Buffer): ReadonlyMap<string, string> {
	const records = new Map<string, string>();
	for (let at = 0; at < body.length; ) {
		const space = body.indexOf(0x20, at);
		const digits = space === -1 ? '' : body.toString('latin1', at, space);
		const end = at + (/^[1-9]\d{0,7}$/.test(digits) ? Number(digits) : 0);
		const equals = body.indexOf(0x3d, space);
		if (end <= space || end > body.length || body[end - 1] !== 0x0a || equals === -1 || equals >= end) {
			throw archiveError(archive, 'is damaged: a pax header has a record of the wrong length');
		}
		const key = body.toString('latin1', space + 1, equals);
		const value = body.toString('latin1', equals + 1, end - 1);
		if ((key === 'path' || key === 'linkpath' || key === 'GNU.sparse.name') && value.includes('\0')) {
			throw archiveError(archive, `is hostile: a pax header has a NUL in its ${key}`);
		}
		records.set(key, value);
		at = end;
	}
	return records;
}

/**
 * A record's value as a number of bytes; undefined when the record is missing.
 *
 * @throws TsboxError E_ARCHIVE_INVALID when the value is not a whole number or exceeds 2^53.
 */
export function paxBytes(archive: string, records: ReadonlyMap<string, string>, key: string): number | undefined {
	const text = records.get(key);
	if (text === undefined) return undefined;
	const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
	if (!Number.isSafeInteger(value))
		throw archiveError(archive, `is damaged: a pax header has a ${key} that is not a size`);
	return value;
}
