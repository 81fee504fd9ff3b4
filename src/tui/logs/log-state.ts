import type {FeedLine} from '../../project/logs/line-ring.ts';

/** The stored lines of a log. New lines are added at the end, and old lines are dropped at the front. */
export interface LogSource {
	/** The `seq` of the line at index 0. Grows by one for each dropped line. */
	readonly first: () => number;
	/** Number of stored lines. */
	readonly count: () => number;
	/** The line at an index below the count. Its `seq` is `first() + index`. */
	readonly at: (index: number) => FeedLine;
	/** The index of the first line at or after a time, ms since the epoch; the count if there is none. */
	readonly indexAtTime: (ms: number) => number;
}

/** View state of a log. */
export interface LogState {
	/** Keep the last line visible. */
	readonly follow: boolean;
	/** The top line while not following: its `seq`, and how many of its rows are above the screen. */
	readonly anchor: {readonly seq: number; readonly row: number};
	/** Columns hidden at the left while lines are not wrapped. */
	readonly offset: number;
	readonly wrap: boolean;
	readonly timestamps: boolean;
	/** Only matching lines are shown; empty for all. Parsed by `parsePattern`. */
	readonly filter: string;
	/** Pattern to highlight; empty for none. Parsed by `parsePattern`. */
	readonly search: string;
	/** The `seq` of the current match. */
	readonly match: number | undefined;
	/** Services of the log. If there are several, each line starts with the service name. */
	readonly services: readonly string[];
	/** Message about the last key; empty for none. */
	readonly notice: string;
}

/** The initial state, which follows the end. */
export function openLog(services: readonly string[]): LogState {
	return {
		follow: true,
		anchor: {seq: 0, row: 0},
		offset: 0,
		wrap: false,
		timestamps: false,
		filter: '',
		search: '',
		match: undefined,
		services,
		notice: '',
	};
}
