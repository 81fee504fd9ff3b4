import {open} from 'node:fs/promises';
import type {LargeFile} from '../host.ts';

/** Size of a read, bytes: large for few turns of the event loop, small enough for memory. */
const chunkSize = 1024 * 1024;

/** Opens a file for reading in chunks. Throws the system's error. */
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
			// Read the next chunk while the consumer works on the current one.
			let next = read(Buffer.allocUnsafe(chunkSize), 0);
			for (let at = 0; ; ) {
				const {buffer, bytesRead} = await next;
				signal?.throwIfAborted();
				if (bytesRead === 0) return;
				at += bytesRead;
				next = read(Buffer.allocUnsafe(chunkSize), at);
				// If the consumer stops, nothing awaits this read. Without the handler its error would end the process.
				next.catch(() => undefined);
				yield buffer.subarray(0, bytesRead);
			}
		},
		close: () => handle.close(),
	};
}
