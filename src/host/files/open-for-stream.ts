import {openSync} from 'node:fs';
import {type FileHandle, open} from 'node:fs/promises';
import {isMainThread} from 'node:worker_threads';
import {TsboxError} from '../../errors/tsbox-error.ts';

/**
 * Opens a file whose descriptor a stream shall own and close.
 *
 * A worker keeps a list of what was opened in it by fs.open, which fs.close alone takes from it, and closes the rest when it
 * ends: by then the number may be another thread's (`trackUnmanagedFds` of node:worker_threads). A FileHandle is not on that
 * list, and its descriptor can be taken out of it, though Node has no public name for that.
 *
 * @throws TsboxError E_HOST_UNSUPPORTED in a worker of a Node that has changed there; the system's error.
 */
export async function openForStream(path: string, flags: number): Promise<number> {
	if (isMainThread) return openSync(path, flags);
	const handle = await open(path, flags);
	const {fd} = handle;
	if (release(handle)) return fd;
	await handle.close();
	throw new TsboxError('E_HOST_UNSUPPORTED', `Node ${process.version} cannot give a stream to a worker thread`, {
		why: 'it would close descriptors of other threads when the worker ends',
		hint: 'call tsbox in the main thread, or in a child process',
	});
}

/** FileHandle::ReleaseFD of Node's src/node_file.cc: the handle counts as closed then, and the descriptor is open. */
function release(handle: FileHandle): boolean {
	for (const symbol of Object.getOwnPropertySymbols(handle)) {
		const own: unknown = Reflect.get(handle, symbol);
		if (typeof own !== 'object' || own === null || !('releaseFD' in own)) continue;
		(own as {releaseFD(): unknown}).releaseFD();
		return true;
	}
	return false;
}
