import {createHash} from 'node:crypto';
import {TsboxError} from '../../errors/tsbox-error.ts';
import type {FileFacts, Host} from '../../host/host.ts';
import type {SourceTree, TreeEntry} from '../context/source-tree.ts';

/**
 * A folder of the host as the files of a build context. Each file is hashed once, for what a build copies twice.
 *
 * @param folder - absolute
 */
export function hostTree(host: Host, folder: string): SourceTree {
	const at = (path: string): string => (path === '' ? folder : `${folder}/${path}`);
	const known = new Map<string, Promise<string>>();
	const entries = new Map<string, TreeEntry | undefined>();
	return {
		entry: path => {
			if (!entries.has(path))
				entries.set(
					path,
					entryOf(host.lstat(at(path)), () => host.readlink(at(path))),
				);
			return entries.get(path);
		},
		list: path => host.list(at(path)),
		digest: async path => {
			const before = known.get(path);
			if (before !== undefined) return before;
			const digest = digestFile(host, at(path));
			known.set(path, digest);
			return digest;
		},
	};
}

async function digestFile(host: Host, path: string): Promise<string> {
	const file = await openSource(host, path);
	try {
		const hash = createHash('sha256');
		for await (const chunk of file.chunks()) hash.update(chunk);
		return hash.digest('hex');
	} finally {
		await file.close();
	}
}

/**
 * Opens a file of the context.
 *
 * @throws TsboxError E_PERMISSION when it may not be read; the system's error.
 */
export async function openSource(host: Host, path: string): ReturnType<Host['openFile']> {
	try {
		return await host.openFile(path);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'EACCES') throw error;
		throw new TsboxError('E_PERMISSION', `no permission to read ${path}`, {
			hint: 'leave it out with a line in `.dockerignore`, or change its permissions',
		});
	}
}

function entryOf(facts: FileFacts | undefined, target: () => string | undefined): TreeEntry | undefined {
	if (facts === undefined) return undefined;
	const {kind, mtimeMs} = facts;
	const mode = facts.mode & 0o7777;
	return kind === 'symlink' ? {kind, mode, mtimeMs, target: target() ?? ''} : {kind, mode, mtimeMs};
}
