import {chmodSync, renameSync, rmSync} from 'node:fs';
import type {Server} from 'node:net';
import {dirname, join} from 'node:path';

/** Listens on a socket that only its owner can open. Resolves when it listens. */
export async function listenPrivately(server: Server, path: string): Promise<void> {
	// Between bind(2) and listen(2) the kernel refuses connections, so the socket gets its final name only after listen(2). The
	// temporary name is short because of the limit for socket paths, see controlSocket.
	const unnamed = join(dirname(path), 'new');
	removeSocket(unnamed);
	const before = process.umask(0o077);
	try {
		await new Promise<void>((resolve, reject) => {
			server.once('error', reject);
			server.listen(unnamed, resolve);
		});
	} finally {
		process.umask(before);
	}
	chmodSync(unnamed, 0o600);
	renameSync(unnamed, path);
}

/** Removes a socket file. */
export function removeSocket(path: string): void {
	rmSync(path, {force: true});
}
