import {type ErrorFacts, TsboxError} from '../../errors/tsbox-error.ts';

/**
 * The error for an archive that cannot or must not be unpacked.
 *
 * @param archive - its path, or `layer 2 of NAME`
 * @param what - what follows the name: `is truncated`
 */
export function archiveError(archive: string, what: string, facts: ErrorFacts = {}): TsboxError {
	return new TsboxError('E_ARCHIVE_INVALID', `${archiveWords(archive)} ${what}`, facts);
}

/** The words for an archive in a message: a layer says itself what it is. */
export function archiveWords(archive: string): string {
	return archive.startsWith('layer ') ? archive : `the archive ${archive}`;
}

/** The error for a stream that ends too early. */
export function cutShort(archive: string): TsboxError {
	return archiveError(archive, 'is truncated', {
		why: 'the file ends before the tar stream in it does',
		hint: 'copy or export it again; perhaps the disk was full',
	});
}
