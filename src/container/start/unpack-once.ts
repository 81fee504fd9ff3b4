import type {Machine} from '../machine/machine.ts';
import {basename} from 'node:path';
import {type UnpackedArchive, type UnpackOptions, unpack} from '../../image/unpack/unpack.ts';
import {imageFolderName, locksFolder, makeStore} from '../../image/store/store.ts';
import type {Host} from '../../host/host.ts';
import {withLock} from '../../execute/lock.ts';

/**
 * Unpacks an archive into the store. One of several concurrent starts unpacks it, and the others wait and find it there. The
 * lock vanishes with its holder, so a killed start does not block the next one.
 *
 * @param tell - called when another start is unpacking the archive
 * @throws TsboxError as {@link unpack} and {@link withLock}.
 */
export async function unpackOnce(
	{host, facts, dirs: {store}}: Machine,
	image: UnpackedArchive,
	options: UnpackOptions,
	tell: (text: string) => void,
): Promise<void> {
	const work = (): Promise<unknown> => unpack(host, facts, store, image, options);
	const path = `${locksFolder(store)}/${imageFolderName(image)}`;
	// Without a lock, two starts may unpack at the same time, which wastes time but does no harm.
	if (facts.tools.flock === null || !isMade(host, store, path)) return void (await work());
	// A waiting start has the file open already, and looks into the store before it unpacks.
	const workAndLetGo = (): Promise<unknown> => work().finally(() => host.removeTree(path));
	const waits = (): void => tell(`waiting for another start that unpacks ${basename(image.archive)}`);
	await withLock(host, facts, path, workAndLetGo, options.signal, waits);
}

/** Creates the lock file; false when that fails, as on a full disk. Unpacking then fails with a better message. */
export function isMade(host: Host, store: string, path: string): boolean {
	try {
		makeStore(host, store);
		host.mkdir(locksFolder(store), 0o700);
		host.append(path, '');
		return true;
	} catch {
		return false;
	}
}
