import type {Machine} from '../container/machine/machine.ts';
import {isTsboxError, TsboxError} from '../errors/tsbox-error.ts';
import type {RangeMap} from '../host/id-map.ts';
import type {ImageFacts} from '../image/store/facts.ts';
import {imageFacts} from '../image/store/facts-of.ts';
import {readRecord} from '../image/store/record.ts';
import {rootfsFolder} from '../image/store/store.ts';
import type {RunsMachine} from './list-runs.ts';
import {imageFile, type RunImage} from './run-record.ts';

type ArchiveImage = Extract<RunImage, {readonly kind: 'archive'}>;

/** Possible places of a run's archive: its path at the time, and the copy in the record. */
function placesOf(folder: string, {archive}: ArchiveImage): readonly string[] {
	return [archive, `${folder}/${imageFile}`];
}

/** The archive at a path if it has the digest of the image; otherwise the reason why not. */
async function lookAt(
	{host, dirs}: RunsMachine,
	path: string,
	{digest}: ArchiveImage,
	ids: RangeMap | undefined,
): Promise<ImageFacts | string> {
	if (host.stat(path)?.kind !== 'file') return `no file ${path}`;
	try {
		const found = await imageFacts(host, dirs.store, {kind: 'archive', path}, ids === undefined ? {} : {ids});
		return found.kind === 'archive' && found.digest === digest ? found : `${path} has changed since the run`;
	} catch (error) {
		if (!isTsboxError(error)) throw error;
		return error.message;
	}
}

/**
 * Finds the image of a run by its digest: unpacked in the store, or as an archive at its old path or in the record.
 *
 * @param ids - the id map for the owners of its files
 * @throws TsboxError E_IMAGE_NOT_FOUND for a lost archive, E_ROOTFS_NOT_FOUND for a missing folder, as `imageByManifest` for an image that
 * the store no longer has.
 */
export async function imageOfRun(
	machine: Pick<Machine, 'host' | 'dirs' | 'facts' | 'env'>,
	folder: string,
	image: RunImage,
	ids: RangeMap | undefined,
	signal?: AbortSignal,
): Promise<ImageFacts> {
	const {host, dirs} = machine;
	if (image.kind === 'image') {
		const {imageByManifest} = await import('../image/pull/resolve.ts');
		const {facts, env = {}} = machine;
		return imageByManifest({host, facts, env, store: dirs.store}, {...image, ids, signal});
	}
	if (image.kind !== 'archive')
		return image.kind === 'host' ? image : imageFacts(host, dirs.store, image, ids === undefined ? {} : {ids});
	const {digest, archive, bytes} = image;
	const named = ids === undefined ? {digest} : {digest, ids};
	if (readRecord(host, dirs.store, named) !== undefined)
		return {kind: 'archive', archive, ...named, stored: true, path: rootfsFolder(dirs.store, named), bytes};
	const problems: string[] = [];
	for (const path of placesOf(folder, image)) {
		const found = await lookAt(machine, path, image, ids);
		if (typeof found !== 'string') return found;
		problems.push(found);
	}
	throw notFound(image, problems);
}

/**
 * The path of a run's archive.
 *
 * @throws TsboxError E_IMAGE_NOT_FOUND.
 */
export async function archiveOf(machine: RunsMachine, folder: string, image: ArchiveImage): Promise<string> {
	const problems: string[] = [];
	for (const path of placesOf(folder, image)) {
		const found = await lookAt(machine, path, image, undefined);
		if (typeof found !== 'string') return path;
		problems.push(found);
	}
	throw notFound(image, problems);
}

function notFound({archive, digest}: ArchiveImage, problems: readonly string[]): TsboxError {
	return new TsboxError('E_IMAGE_NOT_FOUND', `cannot find the root filesystem of this run, ${digest.slice(0, 19)}`, {
		why: `${problems[0] ?? `no file ${archive}`}, and the record has no copy of the archive`,
		hint: 'restore the archive at that path, or export the record with --with-image where the archive still exists',
	});
}
