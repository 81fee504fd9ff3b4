import {availableParallelism} from 'node:os';
import {setTimeout as wait} from 'node:timers/promises';
import {TsboxError} from '../../errors/tsbox-error.ts';
import type {HostFacts} from '../../host/facts.ts';
import type {RangeMap} from '../../host/id-map.ts';
import {removeOwned} from '../../host/files/remove-owned.ts';
import type {UnpackLimits} from '../archive/entry-rules.ts';
import {blobPath, hasBlob, makeBlobs} from '../store/blobs.ts';
import {hold} from '../store/hold.ts';
import {keepImage, keepName, type LayerRecord} from '../store/images.ts';
import {readLower} from '../store/lower.ts';
import {blobsFolder} from '../store/store.ts';
import {unpackLayer} from '../unpack/unpack-layer.ts';
import {keepTexts} from './keep-texts.ts';
import {copyImage, type Skopeo, skopeo} from './skopeo.ts';

/** An image to fetch and unpack. */
export interface PulledImage {
	/** Its name, and what the registry's tag points to. */
	readonly reference: string;
	readonly digest: string;
	readonly manifest: string;
	readonly config: string;
	/** The base first. */
	readonly layers: readonly LayerRecord[];
	/** Where skopeo gets it from, by digest. */
	readonly source: string;
	readonly ids?: RangeMap | undefined;
}

/** How far one layer is. */
export interface LayerProgress {
	/** Its place in the image, from 0. */
	readonly layer: number;
	readonly state: 'waiting' | 'fetching' | 'fetched' | 'unpacking' | 'done';
	/** Bytes of the blob that were fetched or unpacked. */
	readonly done: number;
	readonly total: number;
}

/** What pulling needs besides the image. */
export interface Pulling extends Skopeo {
	readonly facts: HostFacts;
	readonly store: string;
	/** The folder with the copied tools. */
	readonly toolbox: string;
	readonly limits?: UnpackLimits | undefined;
	readonly signal?: AbortSignal | undefined;
	/** Called with all layers whenever one got further; at most every 100 ms. */
	readonly onProgress?: ((layers: readonly LayerProgress[]) => void) | undefined;
}

/** The interval of looks at the blobs, ms. */
const lookEvery = 50;

/**
 * Fetches the layers that the store does not have, unpacks each as soon as it is there, and then writes the records that make the image
 * usable. What was fetched and unpacked stays when it fails, so that the next try goes on from there.
 *
 * @throws TsboxError E_IMAGE_PULL, E_IMAGE_INVALID, E_ARCHIVE_INVALID, E_ARCHIVE_TOO_LARGE, E_NO_SPACE, E_INTERRUPTED, E_HOST_UNSUPPORTED.
 */
export async function pullImage(image: PulledImage, pulling: Pulling): Promise<void> {
	const {host, facts, store, signal} = pulling;
	const {manifest, config, layers} = image;
	const blobs = [manifest, config, ...layers.map(({digest}) => digest)];
	const folder = hold(host, store, {blobs, layers: layers.map(({diffId}) => diffId)});
	try {
		await keepTexts(pulling, image, signal);
		await pullHeld(image, pulling, folder);
	} finally {
		await removeOwned(host, facts, folder);
	}
}

async function pullHeld(image: PulledImage, pulling: Pulling, folder: string): Promise<void> {
	const {host, store} = pulling;
	const {reference, digest, manifest, config, layers, ids} = image;
	// A layer may be there twice in an image.
	const missing = [...new Map(layers.map(layer => [layer.diffId, layer])).values()].filter(
		({diffId}) => readLower(host, store, {diffId, ids}) === undefined,
	);
	const failed = new AbortController();
	const signal = AbortSignal.any([failed.signal, ...(pulling.signal === undefined ? [] : [pulling.signal])]);
	const work = {...pulling, signal};
	const states = layers.map(({size}, layer): LayerProgress => ({layer, state: 'waiting', done: 0, total: size}));
	const tell = (diffId: string, state: LayerProgress['state'], done: number): void => {
		layers.forEach((each, at) => {
			const before = states[at];
			if (each.diffId === diffId && before !== undefined && before.state !== 'done')
				states[at] = {...before, state, done};
		});
		pulling.onProgress?.(states);
	};
	for (const layer of layers) if (!missing.includes(layer)) tell(layer.diffId, 'done', layer.size);
	const tasks = [fetchLayers(image, folder, work, tell), ...unpackers(image, missing, work, tell)];
	let failure: unknown;
	await Promise.all(
		tasks.map(task =>
			task.catch((error: unknown) => {
				failure ??= error;
				failed.abort(error);
			}),
		),
	);
	if (pulling.signal?.aborted === true)
		throw new TsboxError('E_INTERRUPTED', `fetching ${reference} was interrupted`, {cause: pulling.signal.reason});
	if (failure !== undefined) throw failure;
	keepImage(host, store, {schema: 1, manifest, config, layers: layers.map(plain), created: host.now()});
	keepName(host, store, {schema: 1, name: reference, digest, manifest, pulled: host.now()});
}

function plain({diffId, digest, size, mediaType}: LayerRecord): LayerRecord {
	return {diffId, digest, size, mediaType};
}

type Tell = (diffId: string, state: LayerProgress['state'], done: number) => void;

/**
 * Copies the blobs that are missing into the store. skopeo finds out itself which ones are there. A layer that is unpacked may have come
 * with another image in another compression: its blob is fetched all the same, for `push` and `save`.
 *
 * @param folder - where skopeo writes what it needs besides
 */
async function fetchLayers(
	{reference, source, layers}: PulledImage,
	folder: string,
	pulling: Pulling,
	tell: Tell,
): Promise<void> {
	const {host, store, signal} = pulling;
	const wanted = [...new Map(layers.map(layer => [layer.digest, layer])).values()].filter(
		({digest}) => !hasBlob(host, store, digest),
	);
	if (wanted.length === 0) return;
	makeBlobs(host, store);
	const progress = (said: string): number => fetched(pulling, folder, wanted, said, tell);
	await skopeo(pulling, copyImage(source, folder, blobsFolder(store)), {name: reference, signal, progress});
	const lost = wanted.find(({digest}) => !hasBlob(host, store, digest));
	if (lost !== undefined)
		throw new TsboxError('E_IMAGE_INVALID', `skopeo fetched ${reference} without its layer ${lost.digest}`, {
			why: 'its manifest names a layer that its source does not have in this form',
		});
}

/**
 * Tells how far each blob is. skopeo writes a blob under a temporary name in the order in which it announces them, and gives it its own
 * name when it is whole.
 */
function fetched(
	{host, store}: Pulling,
	folder: string,
	wanted: readonly LayerRecord[],
	said: string,
	tell: Tell,
): number {
	const begun = [...said.matchAll(/Copying blob (sha256:[0-9a-f]{64})/g)].map(([, digest]) => digest);
	const open = wanted
		.filter(({digest}) => begun.includes(digest) && !hasBlob(host, store, digest))
		.sort((one, other) => begun.indexOf(one.digest) - begun.indexOf(other.digest));
	const parts = host
		.list(folder)
		.filter(name => name.startsWith('oci-put-blob'))
		.map(name => host.lstat(`${folder}/${name}`))
		.filter(facts => facts !== undefined)
		.sort((one, other) => one.ino - other.ino);
	parts.forEach(({size}, at) => {
		const layer = open[at];
		if (layer !== undefined) tell(layer.diffId, 'fetching', Math.min(size, layer.size));
	});
	const whole = wanted.length - open.length;
	return parts.reduce((all, {size}) => all + size, whole * 2 ** 40);
}

/** Workers that unpack what is there, base first, as many at a time as there are processors. */
function unpackers(
	image: PulledImage,
	missing: readonly LayerRecord[],
	pulling: Pulling,
	tell: Tell,
): readonly Promise<void>[] {
	const {host, store, signal} = pulling;
	const left = [...missing];
	const next = async (): Promise<LayerRecord | undefined> => {
		while (left.length > 0) {
			signal?.throwIfAborted();
			const at = left.findIndex(({digest}) => hasBlob(host, store, digest));
			if (at !== -1) return left.splice(at, 1)[0];
			await wait(lookEvery, undefined, {signal});
		}
		return undefined;
	};
	const worker = async (): Promise<void> => {
		for (let layer = await next(); layer !== undefined; layer = await next()) {
			const {diffId, size} = layer;
			const number = image.layers.indexOf(layer) + 1;
			tell(diffId, 'unpacking', 0);
			await unpackLayer(
				{...layer, title: `layer ${number} of ${image.reference}`, ids: image.ids},
				{...pulling, onProgress: done => tell(diffId, 'unpacking', done)},
			).catch(async (error: unknown) => {
				await forgetDamaged(pulling, layer, error);
				throw error;
			});
			tell(diffId, 'done', size);
		}
	};
	return Array.from({length: Math.min(availableParallelism(), missing.length)}, worker);
}

/** Removes a blob that cannot be unpacked, so that the next try fetches it again. */
async function forgetDamaged({host, facts, store}: Pulling, {digest}: LayerRecord, error: unknown): Promise<void> {
	const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
	if (code === 'E_IMAGE_INVALID' || code === 'E_ARCHIVE_INVALID')
		await removeOwned(host, facts, blobPath(store, digest));
}
