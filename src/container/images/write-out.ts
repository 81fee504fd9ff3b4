import {resolve} from 'node:path';
import {pipeline} from 'node:stream/promises';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {errnoOf} from '../../host/errno.ts';
import {copyNew} from '../../host/files/copy-tree.ts';
import {openNew, writeAll} from '../../host/files/descriptors.ts';
import {callerOutput, closeDescriptor} from '../../host/programs/stdio.ts';
import type {Host} from '../../host/host.ts';

/** Where a stream of bytes goes: a file, which is replaced, or standard output. */
export type OutputPlace = {readonly file: string; readonly cwd: string} | 'stdout';

/**
 * Writes a stream to a file or to standard output. The file is written in a work folder, where `gc` finds what a kill leaves, and then
 * moved: on the same filesystem it appears whole or not at all.
 *
 * @param work - a folder of the caller's
 * @throws TsboxError E_COPY_PATH, E_INTERRUPTED; whatever the stream throws. A reader of standard output that closes it early is no error.
 */
export async function writeOut(
	host: Host,
	source: AsyncIterable<Buffer>,
	place: OutputPlace,
	{work, signal}: {readonly work: string; readonly signal?: AbortSignal | undefined},
): Promise<void> {
	try {
		if (place === 'stdout') await toStdout(source, signal);
		else await toFile(host, source, resolve(place.cwd, place.file), {work, signal});
	} catch (error) {
		if (signal?.aborted === true) throw new TsboxError('E_INTERRUPTED', 'interrupted', {cause: signal.reason});
		throw error;
	}
}

async function toStdout(source: AsyncIterable<Buffer>, signal: AbortSignal | undefined): Promise<void> {
	try {
		await pipeline(source, callerOutput(1), {end: false, ...(signal === undefined ? {} : {signal})});
	} catch (error) {
		if (errnoOf(error) !== 'EPIPE') throw error;
	}
}

async function toFile(
	host: Host,
	source: AsyncIterable<Buffer>,
	file: string,
	{work, signal}: {readonly work: string; readonly signal?: AbortSignal | undefined},
): Promise<void> {
	if (host.stat(file)?.kind === 'directory')
		throw new TsboxError('E_COPY_PATH', `${file} is a folder`, {hint: 'pass the path of a file'});
	const written = `${work}/written`;
	const fd = openNew(written);
	try {
		for await (const chunk of source) {
			signal?.throwIfAborted();
			writeAll(fd, chunk);
		}
	} finally {
		closeDescriptor(fd);
	}
	try {
		host.rename(written, file);
	} catch (error) {
		if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR')
			throw new TsboxError('E_COPY_PATH', `the folder of ${file} does not exist`, {
				cause: error,
				hint: 'create it with `mkdir -p`',
			});
		if (errnoOf(error) !== 'EXDEV') throw error;
		host.removeTree(file);
		copyNew(written, file);
	}
}
