import {spawnSync} from 'node:child_process';
import {closeSync, constants, fstatSync, openSync} from 'node:fs';
import {Socket} from 'node:net';
import {createInterface} from 'node:readline';
import type {Readable, Writable} from 'node:stream';
import {text} from 'node:stream/consumers';
import {isTerminal} from '../files/is-terminal.ts';
import {openForStream} from '../files/open-for-stream.ts';
import {isReaderGone} from './reader-gone.ts';

/** The kind of one of our descriptors, as far as it matters for passing it to a container. */
export type DescriptorKind = 'terminal' | 'folder' | 'other' | 'closed';

/** The kind of a descriptor of this process. */
export function descriptorKind(fd: number): DescriptorKind {
	if (isTerminal(fd)) return 'terminal';
	try {
		return fstatSync(fd).isDirectory() ? 'folder' : 'other';
	} catch {
		return 'closed';
	}
}

/** An open FIFO: our end as a stream, which closes it, and the other end as a descriptor. */
export interface OpenedFifo {
	readonly stream: Readable & Writable;
	readonly theirs: number;
}

/**
 * Opens both ends of the FIFO at `path`. It opens the reading end first, because a writer would block without a reader.
 *
 * @param ours - how we use our end
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

/** Opens our end of a pipe by a path, as {@link openForStream}. A reader does not wait for a writer. */
export async function openPipe(path: string, ours: 'read' | 'write'): Promise<Readable & Writable> {
	const flags = ours === 'read' ? constants.O_RDONLY | constants.O_NONBLOCK : constants.O_WRONLY;
	return pipeStream(await openForStream(path, flags), ours);
}

/** Opens a file for appending and creates it when it is missing. Follows no symlink. */
export function openAppend(path: string): number {
	const {O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW} = constants;
	return openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW, 0o600);
}

/** Opens a FIFO for both reading and writing, so that the holder never sees end of file; fifo(7). */
export function openFifoBoth(path: string): number {
	return openSync(path, constants.O_RDWR);
}

/**
 * Opens the writing end of a FIFO without waiting for a reader: ENXIO when no process reads; fifo(7). Follows no symlink;
 * undefined when it is not a FIFO. Throws the system's error.
 */
export function openFifoWriter(path: string): number | undefined {
	const {O_WRONLY, O_NONBLOCK, O_NOFOLLOW} = constants;
	const fd = openSync(path, O_WRONLY | O_NONBLOCK | O_NOFOLLOW);
	if (fstatSync(fd).isFIFO()) return fd;
	closeSync(fd);
	return undefined;
}

/** Opens the reading end of a FIFO without waiting for a writer; fifo(7). Follows no symlink. Throws the system's error. */
export function openFifoReader(path: string): number {
	const {O_RDONLY, O_NONBLOCK, O_NOFOLLOW} = constants;
	return openSync(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
}

/** A stream over a pipe's descriptor. The stream closes it. */
export function pipeStream(fd: number, side: 'read' | 'write'): Readable & Writable {
	return new Socket({fd, readable: side === 'read', writable: side === 'write'});
}

/** Closes one of our descriptors. */
export function closeDescriptor(fd: number): void {
	closeSync(fd);
}

let inputIsHeard = false;

/** The caller's standard input. When it cannot be read any more, as after its terminal was closed, it ends. */
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
 * Calls back when the caller's standard output or error cannot be written. Errors other than a missing reader, such as a
 * full disk, are thrown.
 */
export function onceUnwritable(fd: number, callback: () => void): void {
	callerOutput(fd).once('error', (error: NodeJS.ErrnoException) => {
		callback();
		if (!isReaderGone(error)) throw error;
	});
}

/**
 * Makes the caller's terminal raw, until {@link releaseInput}. Node keeps the flag ONLCR, which takes a line feed to the beginning of the line; a
 * program that draws means the same column one line down. Source: termios(3), OPOST; libuv, uv_tty_set_mode.
 *
 * @param stty - the words of stty(1); without it that flag stays
 */
export function makeInputRaw([program, ...args]: readonly string[] = []): void {
	callerInput().setRawMode(true);
	// At once: a late one would change a terminal that has its mode back.
	if (program !== undefined) spawnSync(program, [...args, '-opost'], {stdio: ['inherit', 'ignore', 'ignore']});
}

/** Stops reading the caller's input, restores a terminal's mode, and lets the process end. May be called twice. */
export function releaseInput(): void {
	const input = callerInput();
	input.unpipe();
	if (input.isTTY && input.isRaw) input.setRawMode(false);
	input.pause();
	// The stream of a file has no unref: it keeps no process running.
	(input as Partial<NodeJS.ReadStream>).unref?.();
}

/** Opens /dev/null for reading and writing. */
export function openNothing(): number {
	return openSync('/dev/null', 'r+');
}

/** The lines of standard input, one at a time. */
export function callerLines(): AsyncIterator<string> {
	return createInterface({input: callerInput()})[Symbol.asyncIterator]();
}

/** All text of standard input. */
export async function callerText(): Promise<string> {
	return await text(callerInput());
}
