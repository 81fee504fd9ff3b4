import {TsboxError} from '../../errors/tsbox-error.ts';
import {errnoOf} from '../../host/errno.ts';
import type {Host, LargeFile} from '../../host/host.ts';
import {type Compression, compressionOf} from './compression.ts';

/** An open archive. Comparing its facts before and after reading shows whether it was written meanwhile. */
export interface ArchiveFile extends LargeFile {
	readonly path: string;
	readonly compression: Compression;
}

/**
 * Opens an archive and detects its compression.
 *
 * @throws TsboxError E_ROOTFS_NOT_FOUND, E_PERMISSION, E_ARCHIVE_INVALID.
 */
export async function openArchive(host: Host, path: string): Promise<ArchiveFile> {
	const file = await openFile(host, path);
	try {
		if (!(await file.facts()).isFile()) {
			throw new TsboxError('E_ROOTFS_NOT_FOUND', `the root filesystem ${path} is neither an archive nor a folder`);
		}
		return {path, compression: compressionOf(path, await file.head(512)), ...file};
	} catch (error) {
		await file.close();
		throw error;
	}
}

async function openFile(host: Host, path: string): Promise<LargeFile> {
	try {
		return await host.openFile(path);
	} catch (error) {
		const errno = errnoOf(error);
		if (errno === 'ENOENT' || errno === 'ENOTDIR')
			throw new TsboxError('E_ROOTFS_NOT_FOUND', `there is no root filesystem at ${path}`);
		if (errno === 'EACCES' || errno === 'EPERM')
			throw new TsboxError('E_PERMISSION', `no permission to read the archive ${path}`);
		throw error;
	}
}
