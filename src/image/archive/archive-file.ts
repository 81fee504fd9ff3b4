import type {BigIntStats} from 'node:fs';
// The Host reads small files whole; an archive of gigabytes must be streamed, so this one file goes past it.
import {type FileHandle, open} from 'node:fs/promises';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {errnoOf} from '../../host/errno.ts';
import {type Compression, compressionOf} from './compression.ts';

/** Bytes read at once: fewer turns of the event loop, and still little memory. */
const chunkSize = 1024 * 1024;

/** An archive held open: whatever happens to its path, it stays this file. */
export interface ArchiveFile {
	readonly path: string;
	readonly compression: Compression;
	/** Its facts now; asked again after reading, they tell whether it was written meanwhile. */
	facts(): Promise<BigIntStats>;
	/** All its bytes, from the start. */
	chunks(signal?: AbortSignal): AsyncIterable<Buffer>;
	close(): Promise<void>;
}

/**
 * Opens an archive and finds out how it is packed.
 *
 * @throws TsboxError E_ROOTFS_NOT_FOUND, E_PERMISSION, E_ARCHIVE_INVALID.
 */
export async function openArchive(path: string): Promise<ArchiveFile> {
	const handle = await openFile(path);
	try {
		const facts = await handle.stat({bigint: true});
		if (!facts.isFile()) {
			throw new TsboxError('E_ROOTFS_NOT_FOUND', `the root filesystem ${path} is neither an archive nor a folder`);
		}
		const {buffer, bytesRead} = await handle.read(Buffer.alloc(512), 0, 512, 0);
		const compression = compressionOf(path, buffer.subarray(0, bytesRead));
		return {
			path,
			compression,
			facts: () => handle.stat({bigint: true}),
			chunks: signal => chunksOf(handle, signal),
			close: () => handle.close(),
		};
	} catch (error) {
		await handle.close();
		throw error;
	}
}

async function openFile(path: string): Promise<FileHandle> {
	try {
		return await open(path, 'r');
	} catch (error) {
		const errno = errnoOf(error);
		if (errno === 'ENOENT' || errno === 'ENOTDIR')
			throw new TsboxError('E_ROOTFS_NOT_FOUND', `there is no root filesystem at ${path}`);
		if (errno === 'EACCES' || errno === 'EPERM')
			throw new TsboxError('E_PERMISSION', `the archive ${path} may not be read`);
		throw error;
	}
}

async function* chunksOf(handle: FileHandle, signal: AbortSignal | undefined): AsyncIterable<Buffer> {
	// The next chunk is read while the last one is worked on.
	const read = (at: number) => handle.read(Buffer.allocUnsafe(chunkSize), 0, chunkSize, at);
	let next = read(0);
	for (let at = 0; ; ) {
		const {buffer, bytesRead} = await next;
		signal?.throwIfAborted();
		if (bytesRead === 0) return;
		at += bytesRead;
		next = read(at);
		// Whoever takes no more chunks leaves this one: its error has nobody to go to.
		next.catch(() => undefined);
		yield buffer.subarray(0, bytesRead);
	}
}
