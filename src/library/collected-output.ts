import {Readable} from 'node:stream';

/** One output stream of a command: collected for the result, and readable while it arrives. */
export interface CollectedOutput {
	/**
	 * All bytes as they arrive. Up to the collection limit the command never waits for a reader. Beyond it the command waits for
	 * a slow reader, and bytes without a reader are dropped.
	 */
	readonly stream: Readable;
	readonly connect: (source: Readable) => void;
	/** Resolves at the end of the source; never rejects. */
	readonly ended: Promise<void>;
	/** The collected bytes as UTF-8. The call frees them. */
	readonly text: () => string;
	/** Whether the command printed more than was collected. */
	readonly isCut: () => boolean;
	/** The command has ended: the rest of its output no longer waits for a reader. */
	readonly release: () => void;
	/** Ends the stream and destroys the source. */
	readonly stop: () => void;
}

/** Limits of one output, in bytes. */
export interface OutputLimits {
	/** Bytes passed on to readers; the rest is dropped. */
	readonly most: number;
	/** Bytes collected for the result. */
	readonly kept: number;
}

/**
 * Collects one output of a command within limits.
 *
 * @param tooMuch - called once, when the output exceeds `most`
 */
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
	// The reader has gone, so a paused source must flow again.
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
