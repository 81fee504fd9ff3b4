import {TsboxError} from '../../errors/tsbox-error.ts';
import {errnoOf, unlessForbidden} from '../../host/errno.ts';
import type {RangeMap} from '../../host/id-map.ts';
import type {Host} from '../../host/host.ts';
import type {RootfsSource} from '../../spec/model/project.ts';
import {openArchive} from '../archive/archive-file.ts';
import {digestOf} from './digest.ts';
import type {ImageFacts} from './facts.ts';
import {readRecord} from './record.ts';
import {rootfsFolder} from './store.ts';

/** How {@link imageFacts} goes about it. */
export interface ImageFactsOptions {
	readonly signal?: AbortSignal;
	/** Told now and then how far the reading of an archive is whose digest is not known: bytes of its size. */
	readonly onRead?: (archive: string, done: number, total: number) => void;
	/** Keep the digest for the next time; true by default, false for verbs that may change nothing (`plan`). */
	readonly remember?: boolean;
	/** The owners that the files are to have on the host; without, those of the archive. */
	readonly ids?: RangeMap;
}

/**
 * Looks at a root filesystem: where it really is, and for an archive its digest and whether the store has it unpacked.
 *
 * @throws TsboxError E_ROOTFS_NOT_FOUND, E_PERMISSION, E_ARCHIVE_INVALID; the signal's reason on abort.
 */
export async function imageFacts(
	host: Host,
	store: string,
	rootfs: RootfsSource,
	options: ImageFactsOptions = {},
): Promise<ImageFacts> {
	if (rootfs.kind === 'host') return {kind: 'host'};
	const path = realPath(host, rootfs.path);
	if (path === undefined) {
		throw new TsboxError('E_ROOTFS_NOT_FOUND', `there is no root filesystem at ${rootfs.path}`, {
			hint: 'see that `rootfs:` names the archive or folder, relative to the spec',
		});
	}
	// The spec says which of the two it meant by its form alone; what is there decides.
	if (host.stat(path)?.kind === 'directory') return path === '/' ? {kind: 'host'} : {kind: 'directory', path};
	const file = await openArchive(path);
	try {
		const {ids, signal, remember = true, onRead} = options;
		const told = onRead && ((done: number, total: number) => onRead(path, done, total));
		const digest = await digestOf(host, store, file, {remember, signal, onRead: told});
		const image = ids === undefined ? {digest} : {digest, ids};
		const stored = unlessForbidden(() => readRecord(host, store, image)) !== undefined;
		const bytes = Number((await file.facts()).size);
		return {kind: 'archive', archive: path, ...image, stored, path: rootfsFolder(store, image), bytes};
	} finally {
		await file.close();
	}
}

function realPath(host: Host, path: string): string | undefined {
	try {
		return host.realpath(path);
	} catch (error) {
		if (errnoOf(error) !== 'EACCES') throw error;
		throw new TsboxError('E_PERMISSION', `the root filesystem ${path} may not be looked at`, {cause: error});
	}
}
