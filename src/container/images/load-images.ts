import {resolve} from 'node:path';
import {removeOwned} from '../../host/files/remove-owned.ts';
import {openNew, writeAll} from '../../host/files/descriptors.ts';
import {callerInput, closeDescriptor} from '../../host/programs/stdio.ts';
import {sealTools} from '../../host/programs/sealed-tools.ts';
import {isTsboxError, TsboxError} from '../../errors/tsbox-error.ts';
import {platformOf} from '../../image/oci/platform.ts';
import {localImage} from '../../image/pull/local-image.ts';
import type {LayerProgress} from '../../image/pull/pull.ts';
import {blobsOf} from '../../image/transfer/layout.ts';
import {blobPath, blobText, hasBlob, makeBlobs, textOfBlob} from '../../image/store/blobs.ts';
import type {OciImage} from '../../image/store/facts.ts';
import {hold} from '../../image/store/hold.ts';
import {keepName, namePath} from '../../image/store/images.ts';
import type {Machine} from '../machine/machine.ts';
import {pullOnce} from '../start/pull-once.ts';
import {newImageName} from './image-name.ts';

/** Options of {@link loadImages}. */
export interface LoadOptions {
	readonly cwd: string;
	readonly signal?: AbortSignal | undefined;
	readonly onResolved?:
		| ((title: string, layers: readonly {readonly digest: string; readonly size: number}[]) => void)
		| undefined;
	readonly onProgress?: ((layers: readonly LayerProgress[]) => void) | undefined;
	readonly tell: (text: string) => void;
}

/** An image that was loaded. */
export interface LoadedImage {
	/** Complete names. */
	readonly names: readonly string[];
	/** Digest of the manifest. */
	readonly digest: string;
}

/**
 * Takes all images of an archive into the store: one that `docker save`, `podman save`, `skopeo copy`, or `images save` wrote.
 *
 * @param file - its path; undefined for standard input
 * @throws TsboxError E_IMAGE_NOT_FOUND, E_IMAGE_INVALID, E_IMAGE_PULL, E_HOST_UNSUPPORTED, E_INTERRUPTED, and as `pullOnce`.
 */
export async function loadImages(
	machine: Machine,
	file: string | undefined,
	options: LoadOptions,
): Promise<readonly LoadedImage[]> {
	const {
		host,
		facts,
		dirs: {store},
	} = machine;
	const {readArchive} = await import('../../image/transfer/read-archive.ts');
	// Until the archive is read, nobody knows what is in it.
	const work = hold(host, store, 'everything');
	const blobs = `${work}/blobs`;
	try {
		host.mkdir(blobs, 0o700);
		const path = file === undefined ? await fromStdin(work, options.signal) : resolve(options.cwd, file);
		const loaded: LoadedImage[] = [];
		for (const listed of await readArchive(path, blobs)) {
			const names = listed.names.flatMap(name => completeName(name, options.tell));
			const image =
				listed.kind === 'oci'
					? fromBlobs(machine, listed.digest, blobs)
					: await fromDocker(machine, path, listed.at, options.signal);
			loaded.push(await keep(machine, image, names, options));
		}
		return loaded;
	} finally {
		await removeOwned(host, facts, work);
	}
}

async function fromStdin(work: string, signal: AbortSignal | undefined): Promise<string> {
	const path = `${work}/archive.tar`;
	const fd = openNew(path);
	try {
		for await (const chunk of callerInput()) {
			signal?.throwIfAborted();
			writeAll(fd, chunk as Buffer);
		}
	} finally {
		closeDescriptor(fd);
	}
	return path;
}

/** Moves the blobs of an image into the store. */
function fromBlobs({host, facts, dirs: {store}}: Machine, digest: string, folder: string): OciImage {
	const pathOf = (wanted: string): string => `${folder}/${wanted.slice('sha256:'.length)}`;
	const textOf = (wanted: string): string | undefined =>
		blobText(host, store, wanted) ?? textOfBlob(host, pathOf(wanted), wanted);
	const image = localImage(textOf, {reference: digest, digest, platform: platformOf(facts.kernel.arch)});
	makeBlobs(host, store);
	const sizes = new Map(image.layers.map(({digest: layer, size}) => [layer, size]));
	const arrived = blobsOf(image).filter(wanted => !hasBlob(host, store, wanted));
	for (const wanted of arrived) {
		const size = host.lstat(pathOf(wanted))?.size;
		if (size !== undefined && size === (sizes.get(wanted) ?? size)) continue;
		throw new TsboxError('E_IMAGE_INVALID', 'the archive is not whole', {
			why:
				size === undefined
					? `the blob ${wanted} is missing`
					: `the blob ${wanted} has ${size} bytes, and its manifest says ${sizes.get(wanted)}`,
			hint: 'make it again',
		});
	}
	for (const wanted of arrived) host.rename(pathOf(wanted), blobPath(store, wanted));
	return image;
}

/** Lets skopeo find an image in an archive of the older kind. */
async function fromDocker(
	{host, facts, env = {}, dirs: {store}}: Machine,
	path: string,
	at: number,
	signal: AbortSignal | undefined,
): Promise<OciImage> {
	if (path.includes(':'))
		throw new TsboxError('E_USAGE', `skopeo(1) ends the path ${path} at the first colon`, {hint: 'rename the file'});
	const {resolveImage} = await import('../../image/pull/resolve.ts');
	const request = {reference: `docker-archive:${path}:@${at}`, pull: 'always', remember: true, signal} as const;
	return (await resolveImage({host, facts, env, store}, request)).facts;
}

async function keep(
	machine: Machine,
	image: OciImage,
	names: readonly string[],
	{signal, onResolved, onProgress, tell}: LoadOptions,
): Promise<LoadedImage> {
	const {
		host,
		facts,
		dirs: {store},
	} = machine;
	const {digest, manifest, layers} = image;
	const [first = image.reference, ...others] = names;
	onResolved?.(first, layers);
	await pullOnce(
		machine,
		{...image, reference: first},
		{toolbox: sealTools(host, facts, store), signal, onProgress, tell},
	);
	for (const name of others) keepName(host, store, {schema: 1, name, digest, manifest, pulled: host.now()});
	// Its place in the archive is no name that anybody would ask for.
	if (names.length === 0) host.removeTree(namePath(store, image.reference));
	return {names, digest: manifest};
}

/** The complete form of a name in an archive. Whoever made it may have written anything. */
function completeName(name: string, tell: (text: string) => void): readonly string[] {
	try {
		return [newImageName(name)];
	} catch (error) {
		if (!isTsboxError(error)) throw error;
		tell(`warning: the archive has the name ${JSON.stringify(name)}, which is left out`);
		return [];
	}
}
