import type {Machine} from '../machine/machine.ts';
import {basename} from 'node:path';
import {type UnpackedArchive, type UnpackOptions, unpack} from '../../image/unpack/unpack.ts';
import {imageFolderName, locksFolder, makeStore} from '../../image/store/store.ts';
import type {Host} from '../../host/host.ts';
import {withLock} from '../../execute/lock.ts';

/**
 * Unpacks an archive into the store. Of several starts at once one unpacks it; the others wait, and find it there. A lock
 * dies with its holder, so that the next one takes over from one that was killed.
 *
 * @param tell - told that another start is at it
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
	// Two at once are a waste and no more.
	if (facts.tools.flock === null || !isMade(host, store, path)) return void (await work());
	// Who waits holds the file by then, and looks into the store first.
	const workAndLetGo = (): Promise<unknown> => work().finally(() => host.removeTree(path));
	const waits = (): void => tell(`waits for another start, which unpacks ${basename(image.archive)}`);
	await withLock(host, facts, path, workAndLetGo, options.signal, waits);
}

/** Makes the file that is locked; false where that can't be, as on a full disk: whoever unpacks says so in better words. */
function isMade(host: Host, store: string, path: string): boolean {
	try {
		makeStore(host, store);
		host.mkdir(locksFolder(store), 0o700);
		host.append(path, '');
		return true;
	} catch {
		return false;
	}
}
