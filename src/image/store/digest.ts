import {createHash} from 'node:crypto';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {unlessForbidden} from '../../host/errno.ts';
import type {Host} from '../../host/host.ts';
import type {ArchiveFile} from '../archive/archive-file.ts';
import {fileMark, rememberDigest, rememberedDigest} from './digest-index.ts';

/**
 * A file this young (ms) may be written again without a visible change of its times: the kernel's clock for file times ticks with the
 * scheduler, every 1 to 10 ms. The margin is for network filesystems.
 */
const settled = 2000;

/** The interval of onRead, and its first delay, ms. Most archives are read by then. */
const readPause = 200;

/** Options of {@link digestOf}. */
export interface DigestOptions {
	/** Writes the digest to the store's index; false when nothing may be changed. */
	readonly remember: boolean;
	readonly signal?: AbortSignal | undefined;
	/** Called with the bytes read so far and the archive's size, when reading takes a while. */
	readonly onRead?: ((done: number, total: number) => void) | undefined;
}

/**
 * The digest of an archive, `sha256:<hex>`: from the index when the file is unchanged, else computed.
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
	let lastReport = host.now();
	let done = 0;
	for await (const chunk of file.chunks(signal)) {
		hash.update(chunk);
		done += chunk.length;
		if (onRead === undefined || host.now() - lastReport < readPause) continue;
		lastReport = host.now();
		onRead(done, Number(facts.size));
	}
	const digest = `sha256:${hash.digest('hex')}`;
	if (fileMark(await file.facts()) !== mark) {
		throw new TsboxError('E_ARCHIVE_INVALID', `the archive ${file.path} was written while it was read`, {
			hint: 'wait until the program that writes it has ended',
		});
	}
	if (remember && Number(facts.ctimeMs) + settled < host.now()) rememberDigest(host, store, file.path, mark, digest);
	return digest;
}
