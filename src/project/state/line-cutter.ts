/** Cuts a stream of bytes into lines. */
export interface LineCutter {
	/** The lines that end in these bytes, without their ends; each is there until the next one is asked for. */
	readonly cut: (bytes: Buffer) => Iterable<Buffer>;
	/** What has no end yet, as a line that is there until more is cut; undefined where there is nothing. */
	readonly rest: () => Buffer | undefined;
	/** Forgets what has no end yet, and passes over what comes up to the next end. */
	readonly tear: () => void;
	/** Whether a line has begun that has no end yet. */
	readonly isOpen: () => boolean;
}

/**
 * A cutter for UTF-8; a carriage return before the end belongs to the end, as a terminal makes it.
 *
 * @param longest - bytes after which a line is cut: what has no end must not fill the memory
 * @param keepsEnds - lines are the bytes as they are, with their ends, and may be held: their memory is not used again
 */
export function lineCutter(longest: number, keepsEnds = false): LineCutter {
	/** What has no end yet, in memory that grows with the longest line and is used again: garbage would be as much as what is read. */
	let open: Buffer = Buffer.alloc(0);
	let length = 0;
	let torn = false;
	const hold = (bytes: Buffer, at: number): void => {
		if (open.length < at + bytes.length || (keepsEnds && at === 0)) {
			const larger = Buffer.allocUnsafeSlow(2 * (at + bytes.length));
			open.copy(larger, 0, 0, at);
			open = larger;
		}
		length = at + bytes.copy(open, at);
	};
	const textOf = (bytes: Buffer, from: number, to: number): Buffer =>
		bytes.subarray(from, !keepsEnds && to > from && bytes[to - 1] === 13 ? to - 1 : to);
	return {
		*cut(bytes) {
			const seen = length;
			if (seen > 0) hold(bytes, seen);
			const text = seen > 0 ? open.subarray(0, length) : bytes;
			let from = 0;
			for (let end = text.indexOf(10, seen); end !== -1; end = text.indexOf(10, from)) {
				for (; end - from > longest; from = cutBefore(text, from + longest))
					if (!torn) yield textOf(text, from, cutBefore(text, from + longest));
				if (!torn) yield textOf(text, from, keepsEnds ? end + 1 : end);
				torn = false;
				from = end + 1;
			}
			for (; text.length - from > longest; from = cutBefore(text, from + longest))
				if (!torn) yield textOf(text, from, cutBefore(text, from + longest));
			// What was held and has still no end is where it was.
			if (from > 0 || seen === 0 || torn) hold(text.subarray(torn ? text.length : from), 0);
		},
		rest: () => {
			if (length === 0) return undefined;
			const line = textOf(open, 0, length);
			length = 0;
			return line;
		},
		tear: () => {
			length = 0;
			torn = true;
		},
		isOpen: () => length > 0,
	};
}

/** Where a character begins, at this byte or up to three before. */
function cutBefore(bytes: Buffer, at: number): number {
	let start = at;
	while (start > at - 3 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start -= 1;
	return start;
}
