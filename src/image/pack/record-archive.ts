import {createHash} from 'node:crypto';
import {create, list, type ReadEntry} from 'tar';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {errnoOf} from '../../host/errno.ts';
import {copyNew} from '../../host/files/copy-tree.ts';
import {openNew, writeAll} from '../../host/files/descriptors.ts';
import {makeLink} from '../../host/files/link.ts';
import {closeDescriptor} from '../../host/programs/stdio.ts';
import type {Host} from '../../host/host.ts';

/** The most entries in a record. */
export const mostEntries = 100_000;
/** The most bytes in a record, without the image in it. */
export const mostBytes = 4 * 1024 ** 3;

/**
 * Writes a folder as a gzip-compressed tar with entries `TOP/NAME`, without owners. The archive is written in the work folder, where
 * `gc` finds leftovers of a kill, and then moved: on the same filesystem the result appears whole or not at all.
 *
 * @param parts - source paths by their names in the archive
 * @param work - an empty folder of the caller's
 */
export async function packFolder(
	host: Host,
	{
		file,
		top,
		parts,
		work,
	}: {
		readonly file: string;
		readonly top: string;
		readonly parts: Readonly<Record<string, string>>;
		readonly work: string;
	},
): Promise<void> {
	host.mkdir(`${work}/${top}`, 0o700);
	for (const [name, path] of Object.entries(parts)) makeLink(path, `${work}/${top}/${name}`);
	const packed = `${work}/packed`;
	await create({file: packed, cwd: work, gzip: true, follow: true, portable: true, mode: 0o600}, [top]);
	host.chmod(packed, 0o600);
	try {
		host.rename(packed, file);
	} catch (error) {
		if (errnoOf(error) !== 'EXDEV') throw error;
		copyNew(packed, file);
	}
}

/** Options of {@link unpackFolder}. */
export interface FolderUnpack {
	/** Absolute path of the archive. */
	readonly file: string;
	/** An empty folder of the caller's. */
	readonly into: string;
	/** Maps an entry's path without its first folder to a target path; undefined refuses the entry. */
	readonly accept: (path: string) => {readonly path: string; readonly unlimited?: boolean} | undefined;
	/** The archive's name in errors: `a run record`. */
	readonly what: string;
}

/**
 * Unpacks an untrusted tar: only regular files, with names that the caller accepts, each once. Modes and owners in the
 * archive are ignored.
 *
 * @returns The name of the top folder, and the digest of each file, `sha256:...`, by its path.
 * @throws TsboxError E_RUN_INVALID for any other entry.
 */
export async function unpackFolder(
	host: Host,
	{file, into, accept, what}: FolderUnpack,
): Promise<{readonly top: string; readonly digests: ReadonlyMap<string, string>}> {
	const digests = new Map<string, string>();
	const hint = 'pass a file that `tsbox runs export` wrote';
	let top: string | undefined;
	let problem: unknown;
	let bytes = 0;
	let entries = 0;
	const refuse = (why: string): void => {
		problem ??= new TsboxError('E_RUN_INVALID', `${file} is not ${what}`, {why, hint});
	};
	const takeFile = (entry: ReadEntry, path: string, unlimited: boolean): void => {
		const slash = path.lastIndexOf('/');
		if (slash !== -1) host.mkdirs(`${into}/${path.slice(0, slash)}`, 0o700);
		const fd = openNew(`${into}/${path}`);
		const hash = createHash('sha256');
		entry.on('data', (piece: Buffer) => {
			bytes += unlimited ? 0 : piece.length;
			if (bytes > mostBytes) refuse('it is too large');
			if (problem !== undefined) return;
			try {
				hash.update(piece);
				writeAll(fd, piece);
			} catch (error) {
				problem = error;
			}
		});
		entry.on('end', () => {
			closeDescriptor(fd);
			digests.set(path, `sha256:${hash.digest('hex')}`);
		});
	};
	const take = (entry: ReadEntry): void => {
		const [first = '', ...rest] = String(entry.path).replace(/\/$/, '').split('/');
		if (++entries > mostEntries) refuse('it has too many entries');
		if (top !== undefined && first !== top) refuse('it has more than one folder');
		top ??= first;
		const isFolder = entry.type === 'Directory';
		const accepted = isFolder ? undefined : accept(rest.join('/'));
		if (!isFolder && (accepted === undefined || (entry.type !== 'File' && entry.type !== 'OldFile')))
			refuse(`it has an entry that does not belong there: ${String(entry.path).slice(0, 200)}`);
		if (problem !== undefined || accepted === undefined) {
			entry.resume();
			return;
		}
		try {
			takeFile(entry, accepted.path, accepted.unlimited === true);
		} catch (error) {
			if (errnoOf(error) === 'EEXIST') refuse(`it has ${accepted.path} twice`);
			else problem = error;
			entry.resume();
		}
	};
	try {
		await list({file, strict: true, onReadEntry: take});
	} catch (error) {
		const errno = errnoOf(error);
		if (errno === 'ENOENT') throw new TsboxError('E_RUN_NOT_FOUND', `there is no file ${file}`, {cause: error});
		refuse(noTar(error));
	}
	if (top === undefined) refuse('it is empty');
	if (problem !== undefined) throw problem;
	return {top: top ?? '', digests};
}

/** Turns the tar package's errors, such as `TAR_BAD_ARCHIVE: Unrecognized archive format`, into words. */
function noTar(error: unknown): string {
	const {code = '', message} = error as NodeJS.ErrnoException;
	if (code === 'TAR_BAD_ARCHIVE') return 'it is not a tar, or it is damaged';
	return `it cannot be read: ${message.replace(/^[A-Z_]+: /, '')}`;
}
