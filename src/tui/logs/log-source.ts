import type {FeedLine} from '../../project/logs/line-ring.ts';

/** The lines that are kept of a log. New ones come at the end, and old ones fall out at the front. */
export interface LogSource {
	/** The number (`seq`) of the line at index 0; grows by one for each line that fell out. */
	readonly first: () => number;
	/** How many are kept. */
	readonly count: () => number;
	/** The line at an index, from 0 up to the count; its `seq` is `first() + index`. */
	readonly at: (index: number) => FeedLine;
	/** The index of the first line that came at this time, ms since the epoch, or later; the count where none did. */
	readonly indexAtTime: (ms: number) => number;
}
