import type {HostFacts} from '../../host/facts.ts';
import type {Host} from '../../host/host.ts';
import {cachedRows} from './build-cache.ts';
import {heldNow} from './hold.ts';
import {allImages, allNames, type OciImageRecord} from './images.ts';
import {lowerRecordIn} from './lower.ts';
import {blobsFolder, lowerFolder, makeStore, newWorkPath} from './store.ts';
import {removeStubborn} from './work-folder.ts';

/** The part of an image that says what it is made of. */
export type ImageParts = Pick<OciImageRecord, 'manifest' | 'config'> & {
	readonly layers: readonly Pick<OciImageRecord['layers'][number], 'diffId' | 'digest'>[];
};

/** A blob, or an unpacked layer, of the store. */
export interface StorePart {
	/** The digest of a blob, the diff id of a layer. */
	readonly digest: string;
	readonly path: string;
	/** Bytes on the disk. */
	readonly bytes: number;
}

/** All whole blobs. */
export function allBlobs(host: Host, store: string): readonly StorePart[] {
	const folder = `${blobsFolder(store)}/sha256`;
	return host
		.list(folder)
		.filter(name => /^[0-9a-f]{64}$/.test(name))
		.map(name => ({
			digest: `sha256:${name}`,
			path: `${folder}/${name}`,
			bytes: host.lstat(`${folder}/${name}`)?.size ?? 0,
		}));
}

/** All complete unpacked layers, one for each id map that a layer was unpacked with. */
export function allLayers(host: Host, store: string): readonly StorePart[] {
	return host.list(lowerFolder(store)).flatMap(name => {
		const path = `${lowerFolder(store)}/${name}`;
		const record = lowerRecordIn(host, path);
		return record === undefined ? [] : [{digest: record.diffId, path, bytes: record.bytes}];
	});
}

/** The digests of what images of the store, their names, and containers need. */
function imageDigests(host: Host, store: string, used: readonly ImageParts[]): ReadonlySet<string> {
	const parts = [...allImages(host, store), ...used].flatMap(({manifest, config, layers}) => [
		manifest,
		config,
		...layers.flatMap(({digest, diffId}) => [digest, diffId]),
	]);
	return new Set([...parts, ...allNames(host, store).map(({digest}) => digest)]);
}

/** The digests of the layers that later builds may find. */
function cachedDigests(host: Host, store: string): readonly string[] {
	return cachedRows(host, store).flatMap(({layer}) => (layer === null ? [] : [layer.digest, layer.diffId]));
}

/**
 * The blobs and layers that only later builds may need.
 *
 * @param used - the images of containers
 */
export function onlyCached(host: Host, store: string, used: readonly ImageParts[]): readonly StorePart[] {
	const cached = new Set(cachedDigests(host, store));
	const inImages = imageDigests(host, store, used);
	const isOnly = ({digest}: StorePart): boolean => cached.has(digest) && !inImages.has(digest);
	return [...allBlobs(host, store), ...allLayers(host, store)].filter(isOnly);
}

/** Tells whether an image of the store, a container, a running pull or build, or a later build needs the blob or layer with a digest. */
function needs(host: Host, store: string, used: readonly ImageParts[]): (digest: string) => boolean {
	const held = heldNow(host, store);
	if (held === 'everything') return () => true;
	const digests = new Set([
		...held.blobs,
		...held.layers,
		...imageDigests(host, store, used),
		...cachedDigests(host, store),
	]);
	return digest => digests.has(digest);
}

/**
 * The blobs and layers that no image, no container, no running pull, and no later build needs.
 *
 * @param used - the images of containers
 */
function unneeded(host: Host, store: string, used: readonly ImageParts[]): readonly StorePart[] {
	const isNeeded = needs(host, store, used);
	return [...allBlobs(host, store), ...allLayers(host, store)].filter(({digest}) => !isNeeded(digest));
}

/**
 * Removes the blobs and layers that nothing needs, and returns them. A rename takes each away at once. What a pull or a start came to
 * need meanwhile goes back to its place: both write down what they need before they look for it.
 *
 * @param used - gives the images of containers; called twice
 */
export async function removeUnneeded(
	host: Host,
	facts: HostFacts,
	store: string,
	used: () => readonly ImageParts[],
): Promise<readonly StorePart[]> {
	const parts = unneeded(host, store, used());
	if (parts.length === 0) return [];
	makeStore(host, store);
	const work = newWorkPath(host, store);
	host.mkdir(work, 0o700);
	const moved = parts.map((part, at) => ({...part, away: `${work}/${at}`}));
	for (const {path, away} of moved) host.rename(path, away);
	const isNeeded = needs(host, store, used());
	const back = moved.filter(({digest}) => isNeeded(digest));
	// A pull may have put it there again.
	for (const {path, away} of back) if (host.lstat(path) === undefined) host.rename(away, path);
	await removeStubborn(host, facts, work);
	return parts.filter(({digest}) => !isNeeded(digest));
}
