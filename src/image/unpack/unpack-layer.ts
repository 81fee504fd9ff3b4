import {createHash} from 'node:crypto';
import {TsboxError} from '../../errors/tsbox-error.ts';
import type {HostFacts} from '../../host/facts.ts';
import {mappedRoot, outsideId, type RangeMap} from '../../host/id-map.ts';
import type {Host} from '../../host/host.ts';
import {trace} from '../../host/trace.ts';
import {type ArchiveFile, openArchive} from '../archive/archive-file.ts';
import {decodeWith, gunzip} from '../archive/decompress.ts';
import type {UnpackLimits} from '../archive/entry-rules.ts';
import {decompression, extraction} from '../archive/extraction.ts';
import {startJailed} from '../archive/jailed-program.ts';
import {storeError} from '../archive/unpack-error.ts';
import {blobPath} from '../store/blobs.ts';
import type {LayerRecord} from '../store/images.ts';
import {lowerId, lowerPlace, lowerRecordIn, type LowerRecord, readLower} from '../store/lower.ts';
import {lowerFolder, makeStore, newWorkPath} from '../store/store.ts';
import {removeStubborn, storeWork} from '../store/work-folder.ts';
import {feedTar} from './feed-tar.ts';
import {layerFilter, type LayerFilter, type OpaqueFolder} from './layer-filter.ts';
import {endBlocks, entryBlocks} from './tar-writer.ts';

/** The layer to unpack. */
export interface UnpackedLayer extends LayerRecord {
	/** The image and the layer's number, for messages. */
	readonly title: string;
	readonly ids?: RangeMap | undefined;
}

/** What unpacking needs besides the layer. */
export interface LayerUnpacking {
	readonly host: Host;
	readonly facts: HostFacts;
	readonly store: string;
	/** The folder with the copied tools. */
	readonly toolbox: string;
	readonly limits?: UnpackLimits | undefined;
	readonly signal?: AbortSignal | undefined;
	/** Called with the bytes of the blob that were read so far, and the number of entries; at most every 50 ms. */
	readonly onProgress?: ((done: number, entries: number) => void) | undefined;
}

/** The interval of onProgress, ms. */
const progressEvery = 50;

/**
 * Unpacks a blob of the store as a lower layer for overlays. The blob must have its digest, and the tar in it the layer's diff id. The
 * layer appears whole, by a rename, after all of it was synced to disk. Of two processes that unpack the same layer, the second one's
 * work is dropped.
 *
 * @throws TsboxError E_IMAGE_INVALID, E_ARCHIVE_INVALID, E_ARCHIVE_TOO_LARGE, E_NO_SPACE, E_INTERRUPTED, E_STEP_FAILED, E_PERMISSION.
 */
export async function unpackLayer(layer: UnpackedLayer, unpacking: LayerUnpacking): Promise<LowerRecord> {
	const {host, facts, store, signal} = unpacking;
	const stored = readLower(host, store, layer);
	if (stored !== undefined) return stored;
	refuseTwin(host, store, layer);
	const work = newWorkPath(host, store);
	const file = await openArchive(host, blobPath(store, layer.digest));
	try {
		makeStore(host, store);
		host.mkdirs(lowerFolder(store), 0o700);
		host.mkdir(work, 0o700);
		host.mkdir(`${work}/fs`, 0o755);
		// The umask could close the container's root to its users.
		host.chmod(`${work}/fs`, 0o755);
		if (layer.ids !== undefined) host.chown(`${work}/fs`, ...mappedRoot(layer.ids));
		trace('images', () => `unpack ${layer.digest} into ${work}`);
		const filter = layerFilter(layer.title, unpacking.limits ?? {});
		await fillTree(layer, unpacking, file, work, filter);
		const opaque = filter.opaque();
		await markOpaque(layer, unpacking, `${work}/fs`, opaque);
		const {entries, diskBytes} = filter.counts();
		const record: LowerRecord = {
			schema: 1,
			diffId: layer.diffId,
			bytes: diskBytes,
			entries,
			implied: filter.implied(),
			opaque: opaque.map(({path}) => path),
			created: host.now(),
		};
		host.writeAtomic(`${work}/layer.json`, `${JSON.stringify(record)}\n`, 0o600);
		await storeWork(host, facts, work, lowerPlace(store, layer), signal, 'layer.json');
		return record;
	} catch (error) {
		throw storeError(error, layer.title, store);
	} finally {
		await file.close();
		await removeStubborn(host, facts, work);
	}
}

/** Refuses a layer whose folder another layer has: names of folders have only a part of the digest. */
function refuseTwin(host: Host, store: string, layer: UnpackedLayer): void {
	const there = lowerRecordIn(host, lowerPlace(store, layer));
	if (there === undefined || there.diffId === layer.diffId) return;
	throw new TsboxError('E_IMAGE_INVALID', `${layer.title} has the diff id ${layer.diffId}`, {
		why: `it begins with the same ${lowerId({diffId: layer.diffId}).length} digits as ${there.diffId}, another layer of the store`,
		hint: 'nobody meets that by chance; do not trust the image',
	});
}

/** Pipes the blob through all checks into a jailed tar. */
async function fillTree(
	{title, digest, diffId, ids}: UnpackedLayer,
	unpacking: LayerUnpacking,
	file: ArchiveFile,
	work: string,
	filter: LayerFilter,
): Promise<void> {
	const {host, facts, store, toolbox, signal, onProgress} = unpacking;
	const [blob, tar] = [createHash('sha256'), createHash('sha256')];
	let done = 0;
	let lastReport = 0;
	async function* read(): AsyncIterable<Buffer> {
		for await (const chunk of file.chunks(signal)) {
			blob.update(chunk);
			done += chunk.length;
			yield chunk;
		}
	}
	const decoded = (): AsyncIterable<Buffer> => {
		if (file.compression === 'none') return read();
		if (file.compression === 'gzip') return gunzip(title, read());
		return decodeWith(title, startJailed(host, facts, decompression(file.compression), work, {toolbox}), read());
	};
	async function* checked(): AsyncIterable<Buffer> {
		for await (const chunk of decoded()) {
			tar.update(chunk);
			yield* filter.feed(chunk);
			if (host.now() - lastReport < progressEvery) continue;
			lastReport = host.now();
			onProgress?.(done, filter.counts().entries);
		}
		filter.end();
		if (`sha256:${blob.digest('hex')}` !== digest) throw wrongDigest(title, digest);
		if (`sha256:${tar.digest('hex')}` !== diffId) throw wrongDigest(title, diffId);
	}
	const tool = {...extraction(facts, ids), umask: '022'};
	await feedTar({host, facts, store, toolbox, title, tool, tree: `${work}/fs`, ids, signal}, checked());
}

function wrongDigest(title: string, digest: string): TsboxError {
	return new TsboxError('E_IMAGE_INVALID', `${title} is not what its image names: its digest is not ${digest}`, {
		why: 'the blob was damaged on its way or on the disk, or whoever made the image lies about it',
		hint: 'pull the image again',
	});
}

/**
 * Marks folders as opaque: overlayfs.rst, "whiteouts and opaque directories". Only a process with CAP_SYS_ADMIN in the first user namespace
 * may set `trusted.*`, so a second tar that never sees the layer's own bytes does it; it repeats what the folders have already.
 */
async function markOpaque(
	{title, ids}: UnpackedLayer,
	{host, facts, store, toolbox, signal}: LayerUnpacking,
	tree: string,
	folders: readonly OpaqueFolder[],
): Promise<void> {
	if (folders.length === 0) return;
	const rootless = facts.user.uid !== 0;
	const attribute = rootless ? 'user.overlay.opaque' : 'trusted.overlay.opaque';
	const outside = (id: number, kind: 'uids' | 'gids'): number =>
		ids === undefined ? id : (outsideId(ids[kind], id) ?? id);
	async function* entries(): AsyncIterable<Buffer> {
		for (const {path, mode, uid, gid, mtime} of folders) {
			const owner = {uid: outside(uid, 'uids'), gid: outside(gid, 'gids')};
			yield entryBlocks({name: `./${path}`, type: '5', mode, ...owner, mtime, attributes: {[attribute]: 'y'}});
		}
		yield endBlocks;
	}
	const plain = extraction(facts, undefined, 'part');
	const tool = {
		...plain,
		args: [...plain.args.filter(arg => !/^--xattrs-(in|ex)clude/.test(arg)), `--xattrs-include=${attribute}`],
		capabilities: [...plain.capabilities, ...(rootless ? [] : ['sys_admin'])],
	};
	await feedTar({host, facts, store, toolbox, title, tool, tree, signal}, entries());
}
