import {Readable} from 'node:stream';

/** One output of a command: kept for the result, and read by whoever likes meanwhile. */
export interface CollectedOutput {
	/** All of it as it comes. It holds nobody up: what nobody reads is what is kept anyway. */
	readonly stream: Readable;
	/** Reads from here on. */
	readonly connect: (source: Readable) => void;
	/** Settles when the source is at its end; never rejects. */
	readonly ended: Promise<void>;
	readonly text: () => string;
	/** Ends the stream and lets the source go. */
	readonly stop: () => void;
}

/**
 * @param most - bytes that are kept; the rest is dropped
 * @param tooMuch - called once when there are more
 */
export function collectOutput(most: number, tooMuch: () => void): CollectedOutput {
	const stream = new Readable({read() {}});
	const chunks: Buffer[] = [];
	let length = 0;
	let over = false;
	let from: Readable | undefined;
	let end = (): void => {};
	const ended = new Promise<void>(resolve => (end = resolve));
	const take = (chunk: Buffer): void => {
		const fitting = chunk.length > most - length ? chunk.subarray(0, most - length) : chunk;
		if (fitting.length > 0) {
			length += fitting.length;
			chunks.push(fitting);
			stream.push(fitting);
		}
		if (fitting.length === chunk.length || over) return;
		over = true;
		tooMuch();
	};
	return {
		stream,
		connect: source => {
			from = source;
			source.on('data', take).on('error', () => {});
			source.once('end', end).once('close', end);
		},
		ended,
		text: () => Buffer.concat(chunks).toString('utf8'),
		stop: () => {
			from?.destroy();
			if (!stream.destroyed) stream.push(null);
			end();
		},
	};
}
