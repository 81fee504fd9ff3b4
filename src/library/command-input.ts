import {finished, type Readable, type Writable} from 'node:stream';
import {types} from 'node:util';

/** A web ReadableStream: Node's, or another library's. */
export interface WebStream {
	getReader(): {
		read(): Promise<{readonly done: boolean; readonly value?: unknown}>;
		cancel(reason?: unknown): Promise<unknown>;
	};
}

/** Bytes, or text that is written as UTF-8. */
export type InputChunk = string | Uint8Array;

/** What a command reads on its standard input. */
export type CommandInput =
	| InputChunk
	| ArrayBuffer
	| Readable
	| WebStream
	/** A Blob or a File. */
	| {stream(): WebStream}
	| AsyncIterable<InputChunk>
	| Iterable<InputChunk>;

/** An input on its way to a command. */
export interface InputFeed {
	/** Writes all of it, as fast as the command takes it, and then closes the command's input. */
	readonly feed: (stdin: Writable) => void;
	/** Nothing more is read of the source, and the command's input is closed. */
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
 * Takes hold of an input, so that its failure is heard from now on.
 *
 * @param failed - called at most once, when the source fails before its end or gives what is neither bytes nor text
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

/** Of a source whose command has ended: an error that nobody listens for would end this process. */
function ignore(): void {}

/** A source that the command does not read to its end is left paused: it may be a request, whose answer is yet to be sent. */
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
		// A generator that waits for something goes on to its next `yield` first; nobody waits for that.
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

/** Its streams come first: those of Node's are iterable too, others' are not. */
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

/** A stream of Node's, or of a package that is made like them; not by instanceof, as it may come from another realm. */
function isNodeStream(value: unknown): value is Readable {
	const {pipe, read, on} = members(value);
	return [pipe, read, on].every(method => typeof method === 'function');
}

function isBytes(value: unknown): value is Uint8Array | ArrayBuffer {
	return ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value);
}

/** @throws TypeError for what is neither bytes nor text. */
function bytesOf(chunk: unknown): Uint8Array {
	if (typeof chunk === 'string') return Buffer.from(chunk);
	if (ArrayBuffer.isView(chunk)) return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
	if (types.isAnyArrayBuffer(chunk)) return Buffer.from(chunk);
	throw new TypeError(`it gave ${chunk === null ? 'null' : `a value of the type ${typeof chunk}`}, not bytes or text`);
}

function members(value: unknown): Readonly<Record<PropertyKey, unknown>> {
	return typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>) : {};
}
