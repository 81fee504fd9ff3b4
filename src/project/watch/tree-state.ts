import {unlessForbidden} from '../../host/errno.ts';
import type {FileFacts, Host} from '../../host/host.ts';
import type {WatchedFiles} from './watched-files.ts';

/** Files and folders as they are: by their path from the root, what changes with each write. */
export interface TreeState {
	readonly entries: ReadonlyMap<string, EntryMark>;
	/** All folders in which something may appear. The key is another one for a folder that was made anew. */
	readonly folders: readonly {readonly path: string; readonly key: string}[];
}

interface EntryMark {
	readonly kind: FileFacts['kind'];
	readonly mark: string;
}

/** What differs between two states, each in the order of their paths. What has become of another kind is in both lists. */
export interface TreeChanges {
	readonly written: readonly string[];
	readonly deleted: readonly string[];
}

/** Reads the state of all files that are watched. What goes meanwhile, or may not be read, is as if it were not there. */
export function treeState(host: Host, files: WatchedFiles): TreeState {
	const entries = new Map<string, EntryMark>();
	const folders: {path: string; key: string}[] = [];
	const visit = (path: string): void => {
		const at = path === '' ? files.root : `${files.root}/${path}`;
		const facts = quietly(() => host.lstat(at));
		if (facts === undefined) return;
		const isFolder = facts.kind === 'directory';
		if (path !== '' || !isFolder) {
			if (files.holds(path)) entries.set(path, {kind: facts.kind, mark: isFolder ? '' : markOf(facts)});
		}
		if (!isFolder || !files.mayHoldBelow(path)) return;
		folders.push({path: at, key: `${facts.ino} ${at}`});
		for (const name of quietly(() => host.list(at)) ?? []) visit(path === '' ? name : `${path}/${name}`);
	};
	visit('');
	return {entries, folders};
}

/** What has changed from one state to another. */
export function treeChanges(before: TreeState, after: TreeState): TreeChanges {
	const written: string[] = [];
	const deleted: string[] = [];
	for (const [path, {kind, mark}] of after.entries) {
		const old = before.entries.get(path);
		if (old?.kind === kind && old.mark === mark) continue;
		written.push(path);
		if (old !== undefined && old.kind !== kind) deleted.push(path);
	}
	for (const path of before.entries.keys()) if (!after.entries.has(path)) deleted.push(path);
	return {written: written.sort(), deleted: deleted.sort()};
}

function markOf({size, mode, ino, mtimeMs, ctimeMs}: FileFacts): string {
	return [size, mode, ino, mtimeMs, ctimeMs].join(' ');
}

function quietly<T>(read: () => T): T | undefined {
	try {
		return unlessForbidden(read);
	} catch (error) {
		if (['ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP'].includes((error as NodeJS.ErrnoException).code ?? ''))
			return undefined;
		throw error;
	}
}
