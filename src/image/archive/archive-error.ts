import {type ErrorFacts, TsboxError} from '../../errors/tsbox-error.ts';

/** The error for an archive that cannot or must not be unpacked. `what` follows the archive's name: `is truncated`. */
export function archiveError(archive: string, what: string, facts: ErrorFacts = {}): TsboxError {
	return new TsboxError('E_ARCHIVE_INVALID', `the archive ${archive} ${what}`, facts);
}

/** The error for a stream that ends too early. */
export function cutShort(archive: string): TsboxError {
	return archiveError(archive, 'is truncated', {
		why: 'the file ends before the tar stream in it does',
		hint: 'copy or export it again; perhaps the disk was full',
	});
}
