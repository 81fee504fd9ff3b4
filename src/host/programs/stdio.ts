import {closeSync, constants, fstatSync, openSync} from 'node:fs';
import {openForStream} from '../files/open-for-stream.ts';
import {Socket} from 'node:net';
import type {Readable, Writable} from 'node:stream';
import {isatty} from 'node:tty';
import {isReaderGone} from './reader-gone.ts';

/** What one of our own descriptors is, as far as handing it to a container goes. */
export type DescriptorKind = 'terminal' | 'folder' | 'other' | 'closed';

/** Tells what a descriptor of this process is. */
export function descriptorKind(fd: number): DescriptorKind {
	if (isatty(fd)) return 'terminal';
	try {
		return fstatSync(fd).isDirectory() ? 'folder' : 'other';
	} catch {
		return 'closed';
	}
}

/** A FIFO that is open: our end as a stream, which closes it, and the other as a descriptor. */
export interface OpenedFifo {
	readonly stream: Readable & Writable;
	readonly theirs: number;
}

/**
 * Opens both ends of a FIFO that was made at `path`; reading is opened first, for a writer would block without a reader.
 *
 * @param ours - what we do with our end
 * @throws the system's error, and TsboxError as {@link openForStream}
 */
export async function openFifo(path: string, ours: 'read' | 'write'): Promise<OpenedFifo> {
	const flags = {read: constants.O_RDONLY | constants.O_NONBLOCK, write: constants.O_WRONLY};
	if (ours === 'read') {
		const fd = await openForStream(path, flags.read);
		const stream = pipeStream(fd, 'read');
		try {
			return {stream, theirs: openSync(path, flags.write)};
		} catch (error) {
			stream.destroy();
			throw error;
		}
	}
	const theirs = openSync(path, flags.read);
	try {
		return {stream: pipeStream(await openForStream(path, flags.write), 'write'), theirs};
	} catch (error) {
		closeSync(theirs);
		throw error;
	}
}

/** A file that is only ever added to, made when it is missing; no symlink is followed. */
export function openAppend(path: string): number {
	const {O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW} = constants;
	return openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW, 0o600);
}

/** A FIFO for both reading and writing: whoever holds it never sees its end; fifo(7). */
export function openFifoBoth(path: string): number {
	return openSync(path, constants.O_RDWR);
}

/**
 * The writing end of a FIFO that is there, without waiting for a reader: ENXIO where nobody has it open; fifo(7). No symlink
 * is followed; undefined for what is no FIFO. Throws the system's error.
 */
export function openFifoWriter(path: string): number | undefined {
	const {O_WRONLY, O_NONBLOCK, O_NOFOLLOW} = constants;
	const fd = openSync(path, O_WRONLY | O_NONBLOCK | O_NOFOLLOW);
	if (fstatSync(fd).isFIFO()) return fd;
	closeSync(fd);
	return undefined;
}

/** A stream over a pipe's descriptor, which the stream closes. */
export function pipeStream(fd: number, side: 'read' | 'write'): Readable & Writable {
	return new Socket({fd, readable: side === 'read', writable: side === 'write'});
}

/** Closes one of our descriptors. */
export function closeDescriptor(fd: number): void {
	closeSync(fd);
}

let inputIsHeard = false;

/** The caller's own standard input. One that can't be read any more, as a terminal that was closed, is one that has ended. */
export function callerInput(): NodeJS.ReadStream {
	if (!inputIsHeard) process.stdin.on('error', () => {});
	inputIsHeard = true;
	return process.stdin;
}

/** The caller's standard output or error. */
export function callerOutput(fd: number): NodeJS.WriteStream {
	return fd === 2 ? process.stderr : process.stdout;
}

/**
 * Calls back when the caller's standard output or error can't be written. An error that says more than that nobody reads
 * any more, such as a full disk, is thrown on to the process.
 */
export function onceUnwritable(fd: number, callback: () => void): void {
	callerOutput(fd).once('error', (error: NodeJS.ErrnoException) => {
		callback();
		if (!isReaderGone(error)) throw error;
	});
}

/** Reads no more of the caller's input, gives a terminal its mode back, and waits for it no longer. May be called twice. */
export function releaseInput(): void {
	const input = callerInput();
	input.unpipe();
	if (input.isTTY && input.isRaw) input.setRawMode(false);
	input.pause();
	// A file's stream has none: it keeps no process running.
	(input as Partial<NodeJS.ReadStream>).unref?.();
}

/** /dev/null, for reading and writing. */
export function openNothing(): number {
	return openSync('/dev/null', 'r+');
}
