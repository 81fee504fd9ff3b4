import {createHash} from 'node:crypto';
import {list, type ReadEntry} from 'tar';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {openNew, writeAll} from '../../host/files/descriptors.ts';
import {closeDescriptor} from '../../host/programs/stdio.ts';
import {isDigest} from '../oci/manifest.ts';
import {mostText} from '../store/blobs.ts';
import {isObject, parseJson} from '../store/json.ts';

/** An image that an archive lists. */
export type ListedImage =
	| {
			/** An OCI image layout: the digest of a manifest or an index, whose blobs are in the archive. */
			readonly kind: 'oci';
			readonly digest: string;
			/** The names that the archive gives it, as they are written there. */
			readonly names: readonly string[];
	  }
	/** What `docker save` wrote before version 25: the number of the image in the archive. */
	| {readonly kind: 'docker'; readonly at: number; readonly names: readonly string[]};

/**
 * Reads an archive that `docker save`, `podman save`, or a tool of OCI wrote. Of an OCI layout it writes the blobs, of which each must have
 * its digest, to `work/HEX`.
 *
 * @param work - an empty folder of the caller's
 * @throws TsboxError E_IMAGE_INVALID when it is no such archive, E_IMAGE_NOT_FOUND when there is no file; the system's error.
 */
export async function readArchive(file: string, work: string): Promise<readonly ListedImage[]> {
	const texts = new Map<string, string>();
	const seen = new Set<string>();
	let failure: unknown;
	const take = (entry: ReadEntry): void => {
		const name = String(entry.path).replace(/^\.\//, '');
		const hex = /^blobs\/sha256\/([0-9a-f]{64})$/.exec(name)?.[1];
		const isFile = entry.type === 'File' || entry.type === 'OldFile';
		// Whatever it has in a second place, the first one had the digest.
		if (failure !== undefined || !isFile || (hex !== undefined && seen.has(hex))) entry.resume();
		else if (hex !== undefined) takeBlob(entry, hex);
		else if ((name === 'index.json' || name === 'manifest.json') && entry.size <= mostText) takeText(entry, name);
		else entry.resume();
	};
	const takeText = (entry: ReadEntry, name: string): void => {
		const pieces: Buffer[] = [];
		entry.on('data', (piece: Buffer) => pieces.push(piece));
		entry.on('end', () => texts.set(name, Buffer.concat(pieces).toString('utf8')));
	};
	const takeBlob = (entry: ReadEntry, hex: string): void => {
		seen.add(hex);
		const hash = createHash('sha256');
		let fd: number | undefined;
		const attempt = (act: () => void): void => {
			try {
				if (failure === undefined) act();
			} catch (error) {
				failure = error;
			}
		};
		attempt(() => {
			fd = openNew(`${work}/${hex}`);
		});
		entry.on('data', (piece: Buffer) => {
			hash.update(piece);
			attempt(() => fd !== undefined && writeAll(fd, piece));
		});
		entry.on('end', () => {
			if (fd !== undefined) closeDescriptor(fd);
			if (hash.digest('hex') !== hex) failure ??= refused(file, `its blob ${hex} has another digest`);
		});
	};
	try {
		await list({file, strict: true, onReadEntry: take});
	} catch (error) {
		const {code, message} = error as NodeJS.ErrnoException;
		if (code === 'ENOENT')
			throw new TsboxError('E_IMAGE_NOT_FOUND', `there is no file ${file}`, {cause: error, hint: 'look at the path'});
		throw refused(file, code === 'TAR_BAD_ARCHIVE' ? 'it is not a tar, or it is damaged' : message, error);
	}
	if (failure !== undefined) throw failure;
	return listed(file, texts);
}

function listed(file: string, texts: ReadonlyMap<string, string>): readonly ListedImage[] {
	const [index, manifest] = [parseJson(texts.get('index.json') ?? ''), parseJson(texts.get('manifest.json') ?? '')];
	const images = isObject(index) && Array.isArray(index['manifests']) ? ociImages(index['manifests']) : [];
	if (images.length > 0) return images;
	if (Array.isArray(manifest) && manifest.every(isObject))
		return manifest.map(({RepoTags: tags}, at) => ({
			kind: 'docker',
			at,
			names: Array.isArray(tags) ? tags.filter(tag => typeof tag === 'string') : [],
		}));
	throw new TsboxError('E_IMAGE_INVALID', `${file} has no images`, {
		why: 'it has neither the index.json of an OCI layout nor the manifest.json of `docker save`',
		hint: `for a tar of files use \`tsbox images import ${file} NAME:TAG\``,
	});
}

/** The images of an index: an entry for each name of an image. */
function ociImages(manifests: readonly unknown[]): readonly ListedImage[] {
	const names = new Map<string, string[]>();
	for (const entry of manifests.filter(isObject)) {
		const {digest, annotations} = entry;
		if (!isDigest(digest)) continue;
		const own = names.get(digest) ?? [];
		names.set(digest, own);
		const notes = isObject(annotations) ? annotations : {};
		// Docker writes only the tag into the second one.
		const name = [notes['io.containerd.image.name'], notes['org.opencontainers.image.ref.name']].find(
			each => typeof each === 'string' && each !== '',
		);
		if (typeof name === 'string') own.push(name);
	}
	return [...names].map(([digest, own]) => ({kind: 'oci', digest, names: own}));
}

function refused(file: string, why: string, cause?: unknown): TsboxError {
	return new TsboxError('E_IMAGE_INVALID', `${file} is not an archive of images`, {
		why,
		hint: 'pass a file that `docker save`, `podman save`, or `tsbox images save` wrote',
		cause,
	});
}
