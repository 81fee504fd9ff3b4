import {createHash} from 'node:crypto';
import {type BigIntStats, closeSync, createReadStream, fstatSync, readSync} from 'node:fs';

/** Files up to this size, bytes, are read synchronously: three trips through the thread pool would take longer. */
const small = 64 * 1024;

/** A hashed file. */
export interface HashedFile {
	readonly stats: BigIntStats;
	/** SHA-256, 64 hexadecimal digits. */
	readonly digest: string;
}

/**
 * Hashes an open file from its start and closes it. Undefined when the file was written in the meantime.
 *
 * @throws the system's error; the signal's reason on abort.
 */
export async function hashFile(fd: number, signal?: AbortSignal): Promise<HashedFile | undefined> {
	const hash = createHash('sha256');
	try {
		const stats = fstatSync(fd, {bigint: true});
		if (stats.size <= small) {
			const bytes = Buffer.allocUnsafe(Number(stats.size));
			for (let at = 0; at < bytes.length; ) {
				const read = readSync(fd, bytes, at, bytes.length - at, at);
				if (read === 0) return undefined;
				at += read;
			}
			hash.update(bytes);
		} else {
			const stream = createReadStream('', {fd, start: 0, autoClose: false, highWaterMark: 1024 * 1024});
			for await (const chunk of stream) {
				signal?.throwIfAborted();
				hash.update(chunk as Buffer);
			}
		}
		const after = fstatSync(fd, {bigint: true});
		const same = after.size === stats.size && after.mtimeNs === stats.mtimeNs && after.ctimeNs === stats.ctimeNs;
		return same ? {stats, digest: hash.digest('hex')} : undefined;
	} finally {
		closeSync(fd);
	}
}
