/** A line of a feed. `seq` grows by one per line and is never reused. */
export type FeedLine =
	| {
			readonly kind: 'line';
			readonly seq: number;
			/** The service with its replica number, if any; for a container without a project, its name. */
			readonly service: string;
			readonly stream: 'stdout' | 'stderr';
			/** When it was printed, ms since the epoch; undefined if no supervisor was running. */
			readonly at: number | undefined;
			/** The raw text without its line end. The viewer must escape control characters. */
			readonly text: string;
	  }
	/** Output was too fast to show: `bytes` were skipped here. */
	| {
			readonly kind: 'skipped';
			readonly seq: number;
			readonly service: string;
			readonly at: number;
			readonly bytes: number;
	  };

/** A line before it is added. The text stays bytes, as most lines are never shown and need no decoding. */
export type NewLine =
	| (Omit<Extract<FeedLine, {kind: 'line'}>, 'seq' | 'text'> & {readonly text: Buffer})
	| Omit<Extract<FeedLine, {kind: 'skipped'}>, 'seq'>;

/** The last lines of a feed; new lines replace the oldest. */
export interface LineRing {
	/** Copies a line into the ring; cuts a line that is longer than the ring. */
	readonly add: (line: NewLine) => void;
	/** How many lines there are. */
	readonly count: () => number;
	/** The `seq` of the oldest line; if the ring is empty, of the next line. */
	readonly first: () => number;
	/** A line by index, 0 being the oldest; undefined if out of range. Decodes the line at each call. */
	readonly at: (index: number) => FeedLine | undefined;
	/** The index of the first line at or after this time; `count()` if there is none. */
	readonly indexAtTime: (ms: number) => number;
}

/** The limits of a {@link LineRing}. */
export interface RingBounds {
	readonly lines: number;
	/** Total size of all texts, in UTF-8. */
	readonly bytes: number;
}

/**
 * Makes a ring of lines in a buffer of fixed size. The kernel provides its pages as they fill, and adding lines creates no
 * garbage.
 *
 * @param undated - the time by which to look up lines without one, ms since the epoch
 */
export function lineRing({lines, bytes: room}: RingBounds, undated: number): LineRing {
	/** The texts one after the other; a text can wrap around the end. */
	const texts = Buffer.alloc(room);
	/** The start of each text, counted from the first byte ever added. */
	const starts = new Float64Array(lines);
	/** The time of each line; NaN if unknown. */
	const dates = new Float64Array(lines);
	/** Lookup times. They never decrease, even if the clock was set back. */
	const times = new Float64Array(lines);
	/** The index in `origins` of each line's service and stream. */
	const whose = new Uint32Array(lines);
	const origins: (Pick<NewLine, 'service'> & {readonly which: 'stdout' | 'stderr' | 'skipped'})[] = [];
	const known = new Map<string, number>();
	let first = 0;
	let next = 0;
	let end = 0;
	const of = (numbers: Float64Array | Uint32Array, seq: number): number => numbers[seq % lines] ?? 0;
	const originOf = (line: NewLine): number => {
		const which = line.kind === 'line' ? line.stream : line.kind;
		const key = `${which} ${line.service}`;
		const index = known.get(key) ?? origins.push({service: line.service, which}) - 1;
		known.set(key, index);
		return index;
	};
	const textOf = (seq: number): string => {
		const start = of(starts, seq);
		const from = start % room;
		const to = from + (seq + 1 === next ? end : of(starts, seq + 1)) - start;
		if (to <= room) return texts.toString('utf8', from, to);
		return Buffer.concat([texts.subarray(from), texts.subarray(0, to - room)]).toString();
	};
	return {
		add: line => {
			const text = (line.kind === 'line' ? line.text : Buffer.from(String(line.bytes))).subarray(0, room);
			if (next - first === lines) first += 1;
			while (first < next && end + text.length - of(starts, first) > room) first += 1;
			const slot = next % lines;
			starts[slot] = end;
			dates[slot] = line.at ?? NaN;
			times[slot] = Math.max(line.at ?? undated, next === first ? 0 : of(times, next - 1));
			whose[slot] = originOf(line);
			// The part that does not fit before the end wraps around to the start.
			text.copy(texts, 0, text.copy(texts, end % room));
			end += text.length;
			next += 1;
		},
		count: () => next - first,
		first: () => first,
		at: index => {
			const seq = first + index;
			const origin = seq < first || seq >= next ? undefined : origins[of(whose, seq)];
			if (origin === undefined) return undefined;
			const {service, which} = origin;
			const at = of(dates, seq);
			return which === 'skipped'
				? {kind: which, seq, service, at, bytes: Number(textOf(seq))}
				: {kind: 'line', seq, service, stream: which, at: Number.isNaN(at) ? undefined : at, text: textOf(seq)};
		},
		indexAtTime: ms => {
			let low = first;
			let high = next;
			while (low < high) {
				const middle = Math.floor((low + high) / 2);
				if (of(times, middle) < ms) low = middle + 1;
				else high = middle;
			}
			return low - first;
		},
	};
}
