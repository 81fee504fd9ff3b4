import {openSync} from 'node:fs';
import {type FileHandle, open} from 'node:fs/promises';
import {isMainThread} from 'node:worker_threads';
import {TsboxError} from '../../errors/tsbox-error.ts';

/**
 * Opens a file for a stream that will own and close the descriptor.
 *
 * A worker tracks descriptors that fs.open opened, until fs.close closes them, and closes the rest when it ends. By then such a
 * number may belong to another thread (`trackUnmanagedFds` of node:worker_threads). A FileHandle is not tracked, and its
 * descriptor can be taken out of it, although Node has no public API for that.
 *
 * @throws TsboxError E_HOST_UNSUPPORTED in a worker of a Node without that internal API; the system's error.
 */
export async function openForStream(path: string, flags: number): Promise<number> {
	if (isMainThread) return openSync(path, flags);
	const handle = await open(path, flags);
	const {fd} = handle;
	if (release(handle)) return fd;
	await handle.close();
	throw new TsboxError('E_HOST_UNSUPPORTED', `Node ${process.version} cannot open streams in a worker thread`, {
		why: 'the worker would close descriptors of other threads when it ends',
		hint: 'call tsbox in the main thread, or in a child process',
	});
}

/** FileHandle::ReleaseFD of Node's src/node_file.cc: the handle then counts as closed, but the descriptor stays open. */
function release(handle: FileHandle): boolean {
	for (const symbol of Object.getOwnPropertySymbols(handle)) {
		const own: unknown = Reflect.get(handle, symbol);
		if (typeof own !== 'object' || own === null || !('releaseFD' in own)) continue;
		(own as {releaseFD(): unknown}).releaseFD();
		return true;
	}
	return false;
}
