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

/** Options of {@link imageFacts}. */
export interface ImageFactsOptions {
	readonly signal?: AbortSignal;
	/** Reports progress while an archive with an unknown digest is read: bytes read and its size. */
	readonly onRead?: (archive: string, done: number, total: number) => void;
	/** Keeps the digest for the next time; default true, false for commands that may not change anything (`plan`). */
	readonly remember?: boolean;
	/** Writes the archive of `rootfs: minimal`; by default as `remember` says. */
	readonly makeMinimal?: boolean;
	/** The id map that shifts the files' owners on the host; without it the archive's owners stay. */
	readonly ids?: RangeMap;
}

/**
 * The facts of a root filesystem: its real path and, for an archive, its digest and whether the store has it unpacked.
 *
 * @throws TsboxError E_ROOTFS_NOT_FOUND, E_PERMISSION, E_ARCHIVE_INVALID; the signal's reason on abort.
 */
export async function imageFacts(
	host: Host,
	store: string,
	rootfs: Exclude<RootfsSource, {kind: 'image'}>,
	options: ImageFactsOptions = {},
): Promise<ImageFacts> {
	if (rootfs.kind === 'host') return {kind: 'host'};
	if (rootfs.kind === 'minimal') return minimalFacts(host, store, options);
	const path = realPath(host, rootfs.path);
	if (path === undefined) {
		throw new TsboxError('E_ROOTFS_NOT_FOUND', `there is no root filesystem at ${rootfs.path}`, {
			hint: '`rootfs:` must name an archive or a folder, relative to the spec file',
		});
	}
	// The spec's syntax only suggests a folder or an archive. The file type on disk decides.
	if (host.stat(path)?.kind === 'directory') return path === '/' ? {kind: 'host'} : {kind: 'directory', path};
	const file = await openArchive(host, path);
	try {
		const {ids, signal, remember = true, onRead} = options;
		const report = onRead && ((done: number, total: number) => onRead(path, done, total));
		const digest = await digestOf(host, store, file, {remember, signal, onRead: report});
		const bytes = Number((await file.facts()).size);
		return storedArchive(host, store, {archive: path, bytes, ...(ids === undefined ? {digest} : {digest, ids})});
	} finally {
		await file.close();
	}
}

async function minimalFacts(
	host: Host,
	store: string,
	{ids, remember = true, makeMinimal = remember}: ImageFactsOptions,
): Promise<ImageFacts> {
	const {minimalArchive} = await import('../pack/minimal-archive.ts');
	const {path, digest, bytes} = await minimalArchive(host, store, makeMinimal);
	return storedArchive(host, store, {archive: path, bytes, ...(ids === undefined ? {digest} : {digest, ids})});
}

/** The facts of an archive with a known digest. */
function storedArchive(
	host: Host,
	store: string,
	archive: Omit<Extract<ImageFacts, {kind: 'archive'}>, 'kind' | 'stored' | 'path'>,
): ImageFacts {
	const stored = unlessForbidden(() => readRecord(host, store, archive)) !== undefined;
	return {kind: 'archive', ...archive, stored, path: rootfsFolder(store, archive)};
}

function realPath(host: Host, path: string): string | undefined {
	try {
		return host.realpath(path);
	} catch (error) {
		if (errnoOf(error) !== 'EACCES') throw error;
		throw new TsboxError('E_PERMISSION', `no permission to access the root filesystem ${path}`, {cause: error});
	}
}
