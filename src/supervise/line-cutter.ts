/** Cuts a stream of bytes into lines. */
export interface LineCutter {
	/** The lines that end in these bytes, without their ends. */
	readonly cut: (bytes: Buffer) => readonly string[];
	/** What has no end yet, as a line; undefined where there is nothing. */
	readonly rest: () => string | undefined;
	/** Forgets what has no end yet, and passes over what comes up to the next end. */
	readonly tear: () => void;
	/** Whether a line has begun that has no end yet. */
	readonly isOpen: () => boolean;
}

const none = Buffer.alloc(0);

/**
 * A cutter for UTF-8; a carriage return before the end belongs to the end, as a terminal makes it.
 *
 * @param longest - bytes after which a line is cut: what has no end must not fill the memory
 */
export function lineCutter(longest: number): LineCutter {
	let open = none;
	let torn = false;
	const textOf = (bytes: Buffer, from: number, to: number): string =>
		bytes.toString('utf8', from, to > from && bytes[to - 1] === 13 ? to - 1 : to);
	return {
		cut: bytes => {
			const lines: string[] = [];
			const text = open.length === 0 ? bytes : Buffer.concat([open, bytes]);
			let from = 0;
			for (let end = text.indexOf(10, open.length); end !== -1; end = text.indexOf(10, from)) {
				for (; end - from > longest; from = cutBefore(text, from + longest))
					if (!torn) lines.push(textOf(text, from, cutBefore(text, from + longest)));
				if (!torn) lines.push(textOf(text, from, end));
				torn = false;
				from = end + 1;
			}
			for (; text.length - from > longest; from = cutBefore(text, from + longest))
				if (!torn) lines.push(textOf(text, from, cutBefore(text, from + longest)));
			// A copy: the bytes may be a small part of what was read at once.
			open = torn || from === text.length ? none : Buffer.from(text.subarray(from));
			return lines;
		},
		rest: () => {
			if (open.length === 0) return undefined;
			const line = textOf(open, 0, open.length);
			open = none;
			return line;
		},
		tear: () => {
			open = none;
			torn = true;
		},
		isOpen: () => open.length > 0,
	};
}

/** Where a character begins, at this byte or up to three before. */
function cutBefore(bytes: Buffer, at: number): number {
	let start = at;
	while (start > at - 3 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start -= 1;
	return start;
}
