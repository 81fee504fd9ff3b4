import {withLock} from '../../execute/lock.ts';
import type {Host} from '../../host/host.ts';
import {locksFolder, makeStore} from '../../image/store/store.ts';
import type {Machine} from '../machine/machine.ts';

/**
 * Does work on the store that several starts may want at the same time: one does it, and the others wait. The lock vanishes with its
 * holder, so a killed start does not block the next one. Without a lock the work may be done twice, which wastes time but does no harm.
 *
 * @param name - of the lock
 * @param work - looks first whether the work is done already
 * @param waits - called when another start holds the lock
 * @throws TsboxError as `work` and {@link withLock}.
 */
export async function onceInStore(
	{host, facts, dirs: {store}}: Machine,
	name: string,
	work: () => Promise<unknown>,
	signal: AbortSignal | undefined,
	waits: () => void,
): Promise<void> {
	const path = `${locksFolder(store)}/${name}`;
	if (facts.tools.flock === null || !isMade(host, store, path)) return void (await work());
	// A waiting start has the file open already, and looks into the store before it works.
	const workAndLetGo = (): Promise<unknown> => work().finally(() => host.removeTree(path));
	await withLock(host, facts, path, workAndLetGo, signal, waits);
}

/** Creates the lock file; false when that fails, as on a full disk. The work then fails with a better message. */
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
