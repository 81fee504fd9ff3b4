import type {Readable} from 'node:stream';

/** Collects a stream; the returned function gives its last `limit` bytes as text. */
export function tailOf(stream: Readable, limit: number): () => string {
	let chunks: Buffer[] = [];
	let size = 0;
	stream.on('data', (chunk: Buffer) => {
		chunks.push(chunk);
		size += chunk.length;
		// Cut at twice the limit, not at each chunk: joining costs as much as what is kept.
		if (size > 2 * limit) {
			chunks = [Buffer.concat(chunks).subarray(-limit)];
			size = limit;
		}
	});
	return () => Buffer.concat(chunks).subarray(-limit).toString('utf8');
}
