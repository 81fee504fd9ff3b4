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

/** What of a log is looked at, and how. */
export interface LogState {
	/** The last line is kept in sight. */
	readonly follow: boolean;
	/** The line at the top while it does not follow: its number, and how many rows of it are above. */
	readonly anchor: {readonly seq: number; readonly row: number};
	/** Columns that lines are moved to the left by, while they are not wrapped. */
	readonly offset: number;
	readonly wrap: boolean;
	readonly timestamps: boolean;
	/** Only lines with this are shown; empty for all. As `parsePattern` reads it. */
	readonly filter: string;
	/** What is marked, and gone to; empty for nothing. */
	readonly search: string;
	/** The number of the line that was gone to. */
	readonly match: number | undefined;
	/** Whose lines there are; with several, each line has the name. */
	readonly services: readonly string[];
	/** What the last key did, where that is to be said; else empty. */
	readonly notice: string;
}

/** A log as it is first looked at: its end, which is followed. */
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
