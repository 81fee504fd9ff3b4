import {createHash} from 'node:crypto';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {unlessForbidden} from '../../host/errno.ts';
import type {Host} from '../../host/host.ts';
import type {ArchiveFile} from '../archive/archive-file.ts';
import {fileMark, rememberDigest, rememberedDigest} from './digest-index.ts';

/**
 * A file that was written this shortly before (ms) could be written again without its times changing: the kernel's
 * clock for them ticks with the scheduler, every 1 to 10 ms. The rest is for network filesystems.
 */
const settled = 2000;

/** Milliseconds between two calls of onRead, and before the first: most archives are read by then. */
const readPause = 200;

/** How {@link digestOf} goes about it. */
export interface DigestOptions {
	/** Write the digest to the index of the store; false where nothing may be changed. */
	readonly remember: boolean;
	readonly signal?: AbortSignal | undefined;
	/** Told now and then how many bytes of the archive's size were read, where that takes a while. */
	readonly onRead?: ((done: number, total: number) => void) | undefined;
}

/**
 * The digest of an archive, `sha256:<hex>`: read from the index where the file is unchanged, else counted.
 *
 * @throws TsboxError E_ARCHIVE_INVALID when the file is written while it is read; the signal's reason on abort.
 */
export async function digestOf(
	host: Host,
	store: string,
	file: ArchiveFile,
	{remember, signal, onRead}: DigestOptions,
): Promise<string> {
	const facts = await file.facts();
	const mark = fileMark(facts);
	const known = unlessForbidden(() => rememberedDigest(host, store, file.path, mark));
	if (known !== undefined) return known;
	const hash = createHash('sha256');
	let told = host.now();
	let done = 0;
	for await (const chunk of file.chunks(signal)) {
		hash.update(chunk);
		done += chunk.length;
		if (onRead === undefined || host.now() - told < readPause) continue;
		told = host.now();
		onRead(done, Number(facts.size));
	}
	const digest = `sha256:${hash.digest('hex')}`;
	if (fileMark(await file.facts()) !== mark) {
		throw new TsboxError('E_ARCHIVE_INVALID', `the archive ${file.path} was written while it was read`, {
			hint: 'wait until whatever writes it has ended',
		});
	}
	if (remember && Number(facts.ctimeMs) + settled < host.now()) rememberDigest(host, store, file.path, mark, digest);
	return digest;
}
