import {type ArchiveEntry, entryReader} from '../../src/image/archive/entry-reader.ts';
import {type EntryCounts, entryRules, type UnpackLimits} from '../../src/image/archive/entry-rules.ts';

/** Walks over a tar in pieces of `step` bytes, as unpack does. */
export function walk(
	bytes: Buffer,
	limits: UnpackLimits = {},
	step = bytes.length,
): {readonly entries: readonly ArchiveEntry[]; readonly counts: EntryCounts} {
	const entries: ArchiveEntry[] = [];
	const rules = entryRules('a.tar', limits);
	const reader = entryReader('a.tar', entry => {
		rules.check(entry);
		entries.push(entry);
	});
	for (let at = 0; at < bytes.length; at += step) reader.feed(bytes.subarray(at, at + step));
	reader.end();
	rules.end();
	return {entries, counts: rules.counts()};
}
