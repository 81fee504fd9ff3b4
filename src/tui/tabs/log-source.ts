/** A line of a log, or words that some of it is not there. */
export type FeedLine =
	| {
			readonly kind: 'line';
			readonly seq: number;
			readonly service: string;
			readonly stream: 'stdout' | 'stderr';
			/** When it came, ms since the epoch; undefined where nobody watched. */
			readonly at: number | undefined;
			/** As the container wrote it; a line end may be there or not. */
			readonly text: string;
	  }
	/** So many bytes of a service were left out here. */
	| {readonly kind: 'skipped'; readonly seq: number; readonly service: string; readonly bytes: number};

/** The lines that are kept of a log. New ones come at the end, and old ones fall out at the front. */
export interface LogSource {
	/** The number (`seq`) of the line at index 0; grows by one for each line that fell out. */
	readonly first: () => number;
	/** How many are kept. */
	readonly count: () => number;
	/** The line at an index, from 0 up to the count; its `seq` is `first() + index`. */
	readonly at: (index: number) => FeedLine;
}
