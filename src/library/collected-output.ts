import {Readable} from 'node:stream';

/** One output of a command: kept for the result, and read by whoever likes meanwhile. */
export interface CollectedOutput {
	/**
	 * All of it as it comes. What is kept holds nobody up, read or not. Where nothing more is kept the command waits for a slow
	 * reader, and what has no reader is dropped.
	 */
	readonly stream: Readable;
	/** Reads from here on. */
	readonly connect: (source: Readable) => void;
	/** Settles when the source is at its end; never rejects. */
	readonly ended: Promise<void>;
	/** What was kept, as UTF-8; it is let go by that. */
	readonly text: () => string;
	/** Whether there was more than what was to be kept. */
	readonly isCut: () => boolean;
	/** The command has ended: its last words wait for no reader. */
	readonly release: () => void;
	/** Ends the stream and lets the source go. */
	readonly stop: () => void;
}

/** How much of an output there may be, bytes. */
export interface OutputLimits {
	/** Passed on; the rest is dropped. */
	readonly most: number;
	/** Kept of that. */
	readonly kept: number;
}

/** @param tooMuch - called once when there is more than `most` */
export function collectOutput(limits: OutputLimits, tooMuch: () => void): CollectedOutput {
	const {most} = limits;
	let room = limits.kept;
	const chunks: Buffer[] = [];
	let length = 0;
	let over = false;
	let isReleased = false;
	let from: Readable | undefined;
	const goOn = (): void => void from?.resume();
	const stream = new Readable({read: goOn});
	// Its reader has gone.
	stream.once('close', goOn);
	let end = (): void => {};
	const ended = new Promise<void>(resolve => (end = resolve));
	const holdUp = (): void => {
		if (isReleased || stream.destroyed) return;
		const hasReader = stream.readableFlowing !== null || stream.listenerCount('readable') > 0;
		if (hasReader) from?.pause();
		else stream.resume();
	};
	const pass = (chunk: Buffer): void => {
		length += chunk.length;
		const keeps = chunk.length <= room;
		if (room > 0) chunks.push(chunk.subarray(0, room));
		room -= Math.min(room, chunk.length);
		if (!stream.push(chunk) && !keeps) holdUp();
	};
	const take = (chunk: Buffer): void => {
		const fitting = chunk.length > most - length ? chunk.subarray(0, most - length) : chunk;
		if (fitting.length > 0) pass(fitting);
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
		text: () => Buffer.concat(chunks.splice(0)).toString('utf8'),
		isCut: () => length > limits.kept,
		release: () => {
			isReleased = true;
			goOn();
		},
		stop: () => {
			from?.destroy();
			if (!stream.destroyed) stream.push(null);
			end();
		},
	};
}
