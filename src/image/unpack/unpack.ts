import {createHash} from 'node:crypto';
import type {HostFacts} from '../../host/facts.ts';
import {sealTools} from '../../host/programs/sealed-tools.ts';
import {mappedRoot} from '../../host/id-map.ts';
import type {Host} from '../../host/host.ts';
import {trace} from '../../host/trace.ts';
import {archiveError} from '../archive/archive-error.ts';
import {type ArchiveFile, openArchive} from '../archive/archive-file.ts';
import {decodeWith, gunzip} from '../archive/decompress.ts';
import {entryReader} from '../archive/entry-reader.ts';
import {type EntryCounts, entryRules, type UnpackLimits} from '../archive/entry-rules.ts';
import {decompression, extraction} from '../archive/extraction.ts';
import {hostWords} from '../archive/jail.ts';
import {startJailed} from '../archive/jailed-program.ts';
import {type ImageRecord, readRecord, recordText} from '../store/record.ts';
import {imageFolder, type ImageName, makeStore, newWorkPath} from '../store/store.ts';
import {storeError} from '../archive/unpack-error.ts';
import {feedTar} from './feed-tar.ts';
import {removeStubborn, runWhole, storeWork} from '../store/work-folder.ts';

/** An archive to unpack: its path, the digest that it must have, and the id map for its owners. */
export interface UnpackedArchive extends ImageName {
	readonly archive: string;
}

/** Options of {@link unpack}. */
export interface UnpackOptions {
	/** Bytes of the archive read so far, its size, and the number of entries; at most every 50 ms, and at the end. */
	readonly onProgress?: (done: number, total: number, entries: number) => void;
	readonly signal?: AbortSignal;
	readonly limits?: UnpackLimits;
	/** The folder with the copied tools; created in the store when undefined. */
	readonly toolbox?: string;
}

/** The interval of onProgress, ms. */
const progressEvery = 50;

/** What all stages of one unpack share. */
interface Unpacking {
	readonly host: Host;
	readonly facts: HostFacts;
	readonly store: string;
	readonly image: UnpackedArchive;
	readonly options: UnpackOptions;
	readonly toolbox: string;
	/** The work folder for `rootfs` and `image.json`. */
	readonly work: string;
}

/**
 * Unpacks an archive into the store in one pass. Each byte is read, added to the digest, decoded, and checked by the entry rules before a
 * jailed tar gets it. The image appears in the store whole, by a rename, after all of it was synced to disk. A failure leaves nothing
 * behind. When two processes unpack the same archive, the second one's work is dropped; container/start/unpack-once.ts avoids that.
 *
 * @returns The record of the image, also when it existed before.
 * @throws TsboxError E_ARCHIVE_INVALID, E_ARCHIVE_TOO_LARGE, E_NO_SPACE, E_INTERRUPTED, E_ROOTFS_NOT_FOUND,
 * E_PERMISSION, E_HOST_UNSUPPORTED, E_STEP_FAILED.
 */
export async function unpack(
	host: Host,
	facts: HostFacts,
	store: string,
	image: UnpackedArchive,
	options: UnpackOptions = {},
): Promise<ImageRecord> {
	const stored = readRecord(host, store, image);
	trace('images', () => `${image.archive} ${image.digest} is ${stored === undefined ? 'not ' : ''}in the store`);
	if (stored !== undefined) return stored;
	const file = await openArchive(host, image.archive);
	const work = newWorkPath(host, store);
	try {
		const toolbox = options.toolbox ?? sealTools(host, facts, store);
		const unpacking = {host, facts, store, image, options, toolbox, work};
		await makeWork(unpacking);
		trace('images', () => `unpack ${image.archive} into ${work}`);
		const counts = await fillRootfs(unpacking, file);
		trace('images', () => `unpacked ${counts.entries} entries, ${counts.diskBytes} bytes on disk`);
		return await keep(unpacking, counts);
	} catch (error) {
		throw storeError(error, image.archive, store);
	} finally {
		await file.close();
		await removeStubborn(host, facts, work);
	}
}

async function makeWork({host, facts, store, work, image, options}: Unpacking): Promise<void> {
	makeStore(host, store);
	host.mkdir(work, 0o700);
	// mkdir(1) -m ignores the umask, which mkdir(2) applies: it could close the container's root to its users.
	const mkdir = [...hostWords(facts, 'mkdir'), '-m', '0755', `${work}/rootfs`];
	await runWhole(host, mkdir, `could not create ${work}/rootfs`, options.signal);
	if (image.ids !== undefined) host.chown(`${work}/rootfs`, ...mappedRoot(image.ids));
}

/** Pipes the whole archive through all checks into a jailed tar. */
async function fillRootfs(unpacking: Unpacking, file: ArchiveFile): Promise<EntryCounts> {
	const {host, facts, store, toolbox, work, image, options} = unpacking;
	const {archive, digest} = image;
	const rules = entryRules(archive, options.limits ?? {});
	const reader = entryReader(archive, entry => rules.check(entry));
	const total = Number((await file.facts()).size);
	const hash = createHash('sha256');
	let done = 0;
	let lastReport = 0;

	async function* read(): AsyncIterable<Buffer> {
		for await (const chunk of file.chunks(options.signal)) {
			hash.update(chunk);
			done += chunk.length;
			yield chunk;
		}
	}

	async function* checked(): AsyncIterable<Buffer> {
		for await (const chunk of decoded(unpacking, file, read())) {
			const over = reader.ended();
			reader.feed(chunk);
			// After the end mark only zeros come, and tar may have closed its stdin already.
			if (!over) yield chunk;
			if (host.now() - lastReport < progressEvery) continue;
			lastReport = host.now();
			options.onProgress?.(done, total, rules.counts().entries);
		}
		reader.end();
		rules.end();
		// A decoder may leave bytes after its stream unread, but they are part of the digest.
		if (done === total && `sha256:${hash.digest('hex')}` === digest) return;
		throw archiveError(archive, 'changed while it was unpacked', {
			why: 'it was changed or replaced after its digest was taken',
			hint: 'start again when nothing writes it',
		});
	}

	const tool = extraction(facts, image.ids);
	const {signal} = options;
	await feedTar(
		{host, facts, store, toolbox, title: archive, tool, tree: `${work}/rootfs`, ids: image.ids, signal},
		checked(),
	);
	options.onProgress?.(done, total, rules.counts().entries);
	return rules.counts();
}

function decoded(
	{host, facts, image, toolbox, work}: Unpacking,
	{compression}: ArchiveFile,
	source: AsyncIterable<Buffer>,
): AsyncIterable<Buffer> {
	if (compression === 'none') return source;
	if (compression === 'gzip') return gunzip(image.archive, source);
	const program = startJailed(host, facts, decompression(compression), work, {toolbox});
	return decodeWith(image.archive, program, source);
}

/** Syncs the work folder to disk and moves it to its place in the store. */
async function keep(
	{host, facts, store, image, work, options}: Unpacking,
	{entries, diskBytes}: EntryCounts,
): Promise<ImageRecord> {
	const record: ImageRecord = {
		schema: 1,
		digest: image.digest,
		archive: image.archive,
		bytes: diskBytes,
		entries,
		created: host.now(),
	};
	host.writeAtomic(`${work}/image.json`, recordText(record), 0o600);
	await storeWork(host, facts, work, imageFolder(store, image), options.signal);
	trace('images', () => `stored as ${imageFolder(store, image)}`);
	return readRecord(host, store, image) ?? record;
}
