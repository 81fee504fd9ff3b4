import {posix} from 'node:path';
import {isTsboxError} from '../../errors/tsbox-error.ts';
import {archiveError} from '../../image/archive/archive-error.ts';
import {type ArchiveFile, openArchive} from '../../image/archive/archive-file.ts';
import {compressionOf} from '../../image/archive/compression.ts';
import {decodeWith, gunzip} from '../../image/archive/decompress.ts';
import {decompression} from '../../image/archive/extraction.ts';
import {startJailed} from '../../image/archive/jailed-program.ts';
import {newWorkPath} from '../../image/store/store.ts';
import {removeStubborn} from '../../image/store/work-folder.ts';
import {type ChangedEntry, rewriteTar, type SeenEntry} from '../../image/unpack/rewrite-tar.ts';
import {quoted} from '../../spec/model/parsed.ts';
import type {CopyRules} from './copy-layer.ts';
import {asBytes, fromBytes} from './copy-target.ts';
import type {LayerWork} from './layer-work.ts';

/**
 * The entries of an archive, which ADD unpacks; undefined for a file that is no tar, whatever its name says. What may be in it is checked
 * when the layer is unpacked.
 *
 * @param place - `file:line` of the ADD, for messages
 * @throws TsboxError E_PERMISSION; E_ARCHIVE_INVALID while it is read.
 */
export async function archiveEntries(
	path: string,
	rules: CopyRules,
	place: string,
	work: LayerWork,
): Promise<AsyncIterable<Buffer> | undefined> {
	const file = await orNoArchive(openArchive(work.host, path));
	if (file === undefined) return undefined;
	const title = `${path} of ${place}`;
	const decoded = decode(file, title, work)[Symbol.asyncIterator]();
	const first = await orNoArchive(decoded.next());
	if (first === undefined || first.done === true || !isTar(first.value)) {
		await decoded.return?.();
		await file.close();
		return undefined;
	}
	async function* whole(): AsyncIterable<Buffer> {
		try {
			if (first !== undefined && first.done !== true) yield first.value;
			yield* {[Symbol.asyncIterator]: () => decoded};
		} finally {
			await decoded.return?.();
			await file?.close();
		}
	}
	return rewriteTar(title, whole(), entry => unpacked(entry, rules, title));
}

async function* decode(
	file: ArchiveFile,
	title: string,
	{host, facts, store, toolbox, signal}: LayerWork,
): AsyncIterable<Buffer> {
	const {compression} = file;
	if (compression === 'none') yield* file.chunks(signal);
	else if (compression === 'gzip') yield* gunzip(title, file.chunks(signal));
	else {
		// The jail hides what is in its folder, so that cannot be the store, which has the tools.
		const folder = newWorkPath(host, store);
		host.mkdir(folder, 0o700);
		try {
			const program = startJailed(host, facts, decompression(compression), folder, {toolbox});
			yield* decodeWith(title, program, file.chunks(signal));
		} finally {
			await removeStubborn(host, facts, folder);
		}
	}
}

/** The result; undefined when it is no archive. */
async function orNoArchive<T>(result: Promise<T>): Promise<T | undefined> {
	try {
		return await result;
	} catch (error) {
		if (isTsboxError(error) && error.code === 'E_ARCHIVE_INVALID') return undefined;
		throw error;
	}
}

function isTar(chunk: Buffer): boolean {
	try {
		return compressionOf('', chunk.subarray(0, 512)) === 'none';
	} catch {
		return false;
	}
}

function unpacked(entry: SeenEntry, {target, owner, pathOf}: CopyRules, title: string): ChangedEntry | undefined {
	const inside = fromBytes(entry.path);
	if (inside.split('/').includes('..'))
		throw archiveError(title, `is hostile: ${quoted(inside)} has a ".." in it`, {
			why: 'it would leave the destination of the ADD',
		});
	if (inside === '') return undefined;
	const placed = (path: string): string => target.place(posix.join(pathOf(''), path));
	const path = placed(inside);
	const before = target.folders(posix.dirname(path).replace(/^\.$/, ''));
	if (entry.kind === 'directory') target.note(path);
	return {
		path: asBytes(path),
		link: entry.kind === 'hardlink' ? asBytes(placed(fromBytes(entry.link))) : entry.link,
		before,
		...owner,
		mtime: target.time(entry.mtime),
	};
}
