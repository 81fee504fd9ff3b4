import type {Io} from '../verb/io.ts';

/** Bytes per write. One write per line would take minutes for millions of lines. */
const batchBytes = 64 * 1024;

/** Writes many small pieces in few writes, and keeps the order of the two streams. */
export interface BatchedBytes {
	readonly write: (stream: 'stdout' | 'stderr', bytes: Uint8Array) => void;
	/** Writes the buffered bytes. Also runs by itself on the next turn of the event loop. */
	readonly flush: () => void;
}

/** Creates a writer for the output of a process. */
export function batchedBytes({bytes: put}: Pick<Io, 'bytes'>): BatchedBytes {
	let held: Uint8Array[] = [];
	let size = 0;
	let current: 'stdout' | 'stderr' = 'stdout';
	let due = false;
	const flush = (): void => {
		due = false;
		if (size > 0) put(current, held.length === 1 ? (held[0] ?? new Uint8Array()) : Buffer.concat(held));
		held = [];
		size = 0;
	};
	return {
		flush,
		write: (stream, bytes) => {
			if (stream !== current) flush();
			current = stream;
			held.push(bytes);
			size += bytes.length;
			if (size >= batchBytes) flush();
			else if (!due) {
				due = true;
				setImmediate(() => due && flush());
			}
		},
	};
}
