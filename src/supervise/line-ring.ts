/** A line of a feed. `seq` grows by one from line to line and is never used again. */
export type FeedLine =
	| {
			readonly kind: 'line';
			readonly seq: number;
			/** The service, with its number where there are several; of a container without a project its name. */
			readonly service: string;
			readonly stream: 'stdout' | 'stderr';
			/** When it came, ms since the epoch; undefined where nobody watched. */
			readonly at: number | undefined;
			/** As it was printed, without its line end: whoever shows it makes it harmless. */
			readonly text: string;
	  }
	/** More came than could be shown: so many bytes were passed over here. */
	| {
			readonly kind: 'skipped';
			readonly seq: number;
			readonly service: string;
			readonly at: number;
			readonly bytes: number;
	  };

/** A line that has no number yet. */
export type NewLine =
	| Omit<Extract<FeedLine, {kind: 'line'}>, 'seq'>
	| Omit<Extract<FeedLine, {kind: 'skipped'}>, 'seq'>;

/** The last lines of a feed; the oldest make way. */
export interface LineRing {
	readonly add: (line: NewLine) => void;
	/** How many lines there are. */
	readonly count: () => number;
	/** The `seq` of the oldest; where there is none, that of the next to come. */
	readonly first: () => number;
	/** A line by its place from the oldest, 0, on; undefined where there is none. */
	readonly at: (index: number) => FeedLine | undefined;
	/** The place of the first line that came at this time or later; `count()` where none did. */
	readonly indexAtTime: (ms: number) => number;
}

/** What a {@link LineRing} holds at most. */
export interface RingBounds {
	readonly lines: number;
	/** Of the texts together. */
	readonly characters: number;
}

/**
 * A ring of lines.
 *
 * @param undated - the time, ms since the epoch, that a line without one is looked up by
 */
export function lineRing({lines, characters}: RingBounds, undated: number): LineRing {
	const held: (FeedLine | undefined)[] = [];
	/** Never less than that of the line before: the clock may be set back. */
	const times: number[] = [];
	let first = 0;
	let next = 0;
	let size = 0;
	const drop = (): void => {
		const slot = first % lines;
		size -= lengthOf(held[slot]);
		held[slot] = undefined;
		first += 1;
	};
	return {
		add: line => {
			if (next - first === lines) drop();
			const numbered: FeedLine = {...line, seq: next};
			held[next % lines] = numbered;
			times[next % lines] = Math.max(line.at ?? undated, next === first ? 0 : (times[(next - 1) % lines] ?? 0));
			size += lengthOf(numbered);
			next += 1;
			while (size > characters && next - first > 1) drop();
		},
		count: () => next - first,
		first: () => first,
		at: index => (index < 0 || index >= next - first ? undefined : held[(first + index) % lines]),
		indexAtTime: ms => {
			let low = first;
			let high = next;
			while (low < high) {
				const middle = Math.floor((low + high) / 2);
				if ((times[middle % lines] ?? 0) < ms) low = middle + 1;
				else high = middle;
			}
			return low - first;
		},
	};
}

function lengthOf(line: FeedLine | undefined): number {
	return line?.kind === 'line' ? line.text.length : 0;
}
