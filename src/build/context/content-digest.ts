import {createHash} from 'node:crypto';
import type {FoundSource} from './find-sources.ts';
import {type IgnoreRules, nothingIgnored} from './ignore-rules.ts';
import type {SourceTree} from './source-tree.ts';

/** A file of a copy: where it comes from and where it goes, relative to the destination. */
export interface CopiedEntry {
	readonly from: string;
	readonly to: string;
	readonly kind: 'file' | 'directory' | 'symlink' | 'other';
	readonly mode: number;
	readonly target?: string;
	readonly mtimeMs?: number;
}

/**
 * All that the sources of a COPY hold, in the order in which it is copied: folders before what is in them. What `--exclude` names is left
 * out, by its path below the source.
 */
export function copiedEntries(
	tree: SourceTree,
	found: readonly FoundSource[],
	exclude: IgnoreRules = nothingIgnored,
): readonly CopiedEntry[] {
	return found.flatMap(source => {
		const to = [source.below, source.kind === 'directory' ? '' : source.name].filter(part => part !== '').join('/');
		if (source.kind !== 'directory' && exclude.excludes(source.name)) return [];
		return entriesFrom(tree, source.path, to, '', exclude);
	});
}

function entriesFrom(
	tree: SourceTree,
	from: string,
	to: string,
	inside: string,
	exclude: IgnoreRules,
): readonly CopiedEntry[] {
	const entry = tree.entry(from);
	if (entry === undefined) return [];
	const own = {from, to, ...entry};
	if (entry.kind !== 'directory') return [own];
	const below = tree.list(from).flatMap(name => {
		const path = inside === '' ? name : `${inside}/${name}`;
		if (exclude.excludes(path) && !exclude.mayIncludeBelow(path)) return [];
		const entries = entriesFrom(
			tree,
			from === '' ? name : `${from}/${name}`,
			to === '' ? name : `${to}/${name}`,
			path,
			exclude,
		);
		return exclude.excludes(path) ? entries.filter(each => each.kind !== 'directory') : entries;
	});
	return [own, ...below];
}

/**
 * The SHA-256, in hex, of what a copy holds: paths, kinds, modes, contents and targets of symlinks. Times and owners are not in it: a copy
 * has the owner that COPY says, and new times.
 */
export async function contentDigest(tree: SourceTree, entries: readonly CopiedEntry[]): Promise<string> {
	const hash = createHash('sha256');
	for (const {from, to, kind, mode, target} of entries) {
		const content = kind === 'file' ? await tree.digest(from) : (target ?? '');
		hash.update(`${JSON.stringify([to, kind, kind === 'symlink' ? 0 : mode, content])}\n`);
	}
	return hash.digest('hex');
}
