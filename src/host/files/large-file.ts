import type {BigIntStats} from 'node:fs';
import {open} from 'node:fs/promises';

/** Bytes read at once: fewer turns of the event loop, and still little memory. */
const chunkSize = 1024 * 1024;

/** Facts of a file, with times in nanoseconds. */
export type ExactFacts = BigIntStats;

/** A file of any size, held open: whatever happens to its path, it stays this file. */
export interface LargeFile {
	readonly facts: () => Promise<ExactFacts>;
	/** Its first bytes, at most `length`. */
	readonly head: (length: number) => Promise<Buffer>;
	/** All its bytes, from the start. */
	readonly chunks: (signal?: AbortSignal) => AsyncIterable<Buffer>;
	readonly close: () => Promise<void>;
}

/** Opens a file for reading piece by piece, where the Host reads whole files. Throws the system's error. */
export async function openLargeFile(path: string): Promise<LargeFile> {
	const handle = await open(path, 'r');
	const read = (into: Buffer, at: number) => handle.read(into, 0, into.length, at);
	return {
		facts: () => handle.stat({bigint: true}),
		head: async length => {
			const {buffer, bytesRead} = await read(Buffer.alloc(length), 0);
			return buffer.subarray(0, bytesRead);
		},
		chunks: async function* (signal) {
			// The next chunk is read while the last one is worked on.
			let next = read(Buffer.allocUnsafe(chunkSize), 0);
			for (let at = 0; ; ) {
				const {buffer, bytesRead} = await next;
				signal?.throwIfAborted();
				if (bytesRead === 0) return;
				at += bytesRead;
				next = read(Buffer.allocUnsafe(chunkSize), at);
				// Nobody awaits this one when no more chunks are taken: its error must not end the process.
				next.catch(() => undefined);
				yield buffer.subarray(0, bytesRead);
			}
		},
		close: () => handle.close(),
	};
}
