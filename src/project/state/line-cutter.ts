/** Cuts a stream of bytes into lines. */
export interface LineCutter {
	/** The lines that end in these bytes, without their ends. Each line is valid until the next one is read. */
	readonly cut: (bytes: Buffer) => Iterable<Buffer>;
	/** Takes out the unfinished line, which is valid until the next cut; undefined if there is none. */
	readonly rest: () => Buffer | undefined;
	/** Drops the unfinished line, and skips input up to the next line end. */
	readonly tear: () => void;
	/** Whether there is an unfinished line. */
	readonly isOpen: () => boolean;
}

/**
 * Makes a cutter for UTF-8. A carriage return before a line feed is part of the line end, as terminals write it.
 *
 * @param longest - bytes after which a line is cut, so that a line without an end cannot fill the memory
 * @param keepsEnds - lines include their ends and stay valid: their memory is not reused
 */
export function lineCutter(longest: number, keepsEnds = false): LineCutter {
	/** The unfinished line. The buffer grows with the longest line and is reused, to create no garbage. */
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
			// An unfinished line that got no end is in place already.
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

/** The start of the UTF-8 character at this byte. */
function cutBefore(bytes: Buffer, at: number): number {
	let start = at;
	while (start > at - 3 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start -= 1;
	return start;
}
