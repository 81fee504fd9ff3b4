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

/** A line that has no number yet, and whose text is still bytes: most are never shown. */
export type NewLine =
	| (Omit<Extract<FeedLine, {kind: 'line'}>, 'seq' | 'text'> & {readonly text: Buffer})
	| Omit<Extract<FeedLine, {kind: 'skipped'}>, 'seq'>;

/** The last lines of a feed; the oldest make way. */
export interface LineRing {
	/** Copies a line into the ring; one that is longer than all that is held is cut. */
	readonly add: (line: NewLine) => void;
	/** How many lines there are. */
	readonly count: () => number;
	/** The `seq` of the oldest; where there is none, that of the next to come. */
	readonly first: () => number;
	/** A line by its place from the oldest, 0, on, decoded each time; undefined where there is none. */
	readonly at: (index: number) => FeedLine | undefined;
	/** The place of the first line that came at this time or later; `count()` where none did. */
	readonly indexAtTime: (ms: number) => number;
}

/** What a {@link LineRing} holds at most. */
export interface RingBounds {
	readonly lines: number;
	/** Of the texts together, in UTF-8. */
	readonly bytes: number;
}

/**
 * A ring of lines. It is memory of a fixed size, taken once, that the kernel gives as it fills: whatever is added, nothing is
 * left to the garbage collector.
 *
 * @param undated - the time, ms since the epoch, that a line without one is looked up by
 */
export function lineRing({lines, bytes: room}: RingBounds, undated: number): LineRing {
	/** The texts one behind the other, around the end to the start. */
	const texts = Buffer.alloc(room);
	/** Where each text begins, counted from the first byte that was ever added. */
	const starts = new Float64Array(lines);
	/** When each came; NaN where nobody knows. */
	const dates = new Float64Array(lines);
	/** Never less than that of the line before: the clock may be set back. */
	const times = new Float64Array(lines);
	/** Whose each is, as an index of `origins`. */
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
			// What does not fit before the end goes on at the start.
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
