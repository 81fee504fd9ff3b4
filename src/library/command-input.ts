import {finished, type Readable, type Writable} from 'node:stream';
import {types} from 'node:util';

/** A web ReadableStream, from Node or from another library. */
export interface WebStream {
	getReader(): {
		read(): Promise<{readonly done: boolean; readonly value?: unknown}>;
		cancel(reason?: unknown): Promise<unknown>;
	};
}

/** Bytes, or text that is encoded as UTF-8. */
export type InputChunk = string | Uint8Array;

/** What `input` accepts as standard input of a command. */
export type CommandInput =
	| InputChunk
	| ArrayBuffer
	| Readable
	| WebStream
	/** A Blob or a File. */
	| {stream(): WebStream}
	| AsyncIterable<InputChunk>
	| Iterable<InputChunk>;

/** Feeds an input to a command. */
export interface InputFeed {
	/** Writes the whole input at the speed at which the command reads it, then closes the command's stdin. */
	readonly feed: (stdin: Writable) => void;
	/** Stops reading the source and closes the command's stdin. */
	readonly stop: () => void;
}

/** Whether a value can be the input of a command. */
export function isInput(value: unknown): value is CommandInput {
	if (typeof value === 'string' || isBytes(value) || isNodeStream(value)) return true;
	return webStreamOf(value) !== undefined || iterableMethod(value) !== undefined;
}

/** Whether a stream has been read, has another reader, or was destroyed. */
export function isUsedUp(value: unknown): boolean {
	if (isNodeStream(value)) return value.readableEnded || value.destroyed;
	return members(value)['locked'] === true;
}

/**
 * Opens an input. From here on a failing source is noticed, even before the command starts.
 *
 * @param failed - called at most once, when the source fails before its end or yields something other than bytes or text
 */
export function openInput(input: CommandInput | undefined, failed: (error: unknown) => void): InputFeed {
	if (input === undefined || typeof input === 'string' || isBytes(input)) return whole(input);
	return isNodeStream(input) ? fromNodeStream(input, failed) : fromIterator(iteratorOf(input), failed);
}

function whole(input: InputChunk | ArrayBuffer | undefined): InputFeed {
	let target: Writable | undefined;
	return {
		feed: stdin => {
			target = stdin;
			stdin.end(input === undefined ? undefined : bytesOf(input));
		},
		stop: () => target?.destroy(),
	};
}

/** Node ends the process for an 'error' event without a listener, and a source may fail after its command has ended. */
function ignore(): void {}

/** A source that the command does not read to its end stays paused: it may be an HTTP request that still needs its response. */
function fromNodeStream(source: Readable, failed: (error: unknown) => void): InputFeed {
	let target: Writable | undefined;
	let state: 'open' | 'ended' | 'over' = 'open';
	const take = (chunk: unknown): void => {
		try {
			if (target?.write(bytesOf(chunk)) === false) source.pause();
		} catch (error) {
			fail(error);
		}
	};
	const over = (): void => {
		if (state === 'over') return;
		state = 'over';
		unwatch();
		source.off('data', take);
		if (!source.readableEnded) source.pause();
	};
	const fail = (error: unknown): void => {
		if (state !== 'open') return;
		over();
		failed(error);
	};
	if (!source.listeners('error').includes(ignore)) source.on('error', ignore);
	const unwatch = finished(source, {writable: false}, error => {
		if (error) fail(error);
		if (state !== 'open') return;
		state = 'ended';
		target?.end();
	});
	return {
		feed: stdin => {
			target = stdin;
			stdin.on('drain', () => state === 'open' && source.resume()).once('close', over);
			if (state === 'ended') stdin.end();
			if (state === 'open') source.on('data', take).resume();
		},
		stop: () => {
			over();
			target?.destroy();
		},
	};
}

interface ChunkIterator {
	next(): unknown;
	return?(): unknown;
}

function fromIterator(iterator: ChunkIterator, failed: (error: unknown) => void): InputFeed {
	let target: Writable | undefined;
	let isOver = false;
	let wake = (): void => {};
	const over = (): void => {
		if (isOver) return;
		isOver = true;
		// A generator that is awaiting something returns only at its next `yield`, so don't wait for it.
		void (async () => iterator.return?.())().catch(() => {});
	};
	const pump = async (stdin: Writable): Promise<void> => {
		while (!isOver) {
			const {done, value} = (await iterator.next()) as IteratorResult<unknown>;
			if (isOver) return;
			if (done === true) {
				isOver = true;
				stdin.end();
			} else if (!stdin.write(bytesOf(value))) await new Promise<void>(resolve => (wake = resolve));
		}
	};
	return {
		feed: stdin => {
			target = stdin;
			stdin.on('drain', () => wake());
			stdin.once('close', () => {
				over();
				wake();
			});
			pump(stdin).catch((error: unknown) => {
				if (isOver) return;
				over();
				failed(error);
			});
		},
		stop: () => {
			over();
			target?.destroy();
		},
	};
}

/** Looks for a web stream first: Node's web streams are iterable too, those of other libraries are not. */
function iteratorOf(input: unknown): ChunkIterator {
	const reader = webStreamOf(input)?.getReader();
	if (reader !== undefined) return {next: () => reader.read(), return: () => reader.cancel()};
	return iterableMethod(input)?.call(input) as ChunkIterator;
}

function iterableMethod(value: unknown): (() => unknown) | undefined {
	const {[Symbol.asyncIterator]: later, [Symbol.iterator]: now} = members(value);
	return [later, now].find(method => typeof method === 'function') as (() => unknown) | undefined;
}

function webStreamOf(value: unknown): WebStream | undefined {
	const {getReader, stream, arrayBuffer} = members(value);
	if (typeof getReader === 'function') return value as WebStream;
	// A Blob.
	if (typeof stream === 'function' && typeof arrayBuffer === 'function')
		return (value as {stream(): WebStream}).stream();
	return undefined;
}

/** Tests for the methods of a Node stream; `instanceof` would fail for streams of a package or of another realm. */
function isNodeStream(value: unknown): value is Readable {
	const {pipe, read, on} = members(value);
	return [pipe, read, on].every(method => typeof method === 'function');
}

function isBytes(value: unknown): value is Uint8Array | ArrayBuffer {
	return ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value);
}

/** @throws TypeError for anything but bytes or text. */
function bytesOf(chunk: unknown): Uint8Array {
	if (typeof chunk === 'string') return Buffer.from(chunk);
	if (ArrayBuffer.isView(chunk)) return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
	if (types.isAnyArrayBuffer(chunk)) return Buffer.from(chunk);
	throw new TypeError(
		`the input yielded ${chunk === null ? 'null' : `a value of type ${typeof chunk}`}, not bytes or text`,
	);
}

function members(value: unknown): Readonly<Record<PropertyKey, unknown>> {
	return typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>) : {};
}
