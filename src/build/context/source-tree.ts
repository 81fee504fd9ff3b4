import {pathBelow} from './clean-path.ts';
import type {IgnoreRules} from './ignore-rules.ts';

/** What a path of a tree is. */
export interface TreeEntry {
	readonly kind: 'file' | 'directory' | 'symlink' | 'other';
	/** The permission bits, up to 0o7777. */
	readonly mode: number;
	/** Where a symlink points to. */
	readonly target?: string;
	/** When it was last written, ms since the epoch. No digest has it. */
	readonly mtimeMs?: number;
}

/** Files that COPY takes from: the context of a build, or the layers of a stage. Paths are relative; the root is the empty path. */
export interface SourceTree {
	/** Undefined when there is nothing. Does not follow a symlink. */
	readonly entry: (path: string) => TreeEntry | undefined;
	/** The names in a folder, sorted. */
	readonly list: (path: string) => readonly string[];
	/** The SHA-256 of a file's content, in hex. */
	readonly digest: (path: string) => Promise<string>;
}

/** A tree without what rules leave out. A folder that is left out stays when a file below it is in again. */
export function withoutIgnored(tree: SourceTree, rules: IgnoreRules): SourceTree {
	const known = new Map<string, boolean>();
	const isVisible = (path: string): boolean => {
		if (path === '') return true;
		const before = known.get(path);
		if (before !== undefined) return before;
		const visible =
			!rules.excludes(path) ||
			(rules.mayIncludeBelow(path) &&
				tree.entry(path)?.kind === 'directory' &&
				tree.list(path).some(name => isVisible(`${path}/${name}`)));
		known.set(path, visible);
		return visible;
	};
	return {
		entry: path => (isVisible(path) ? tree.entry(path) : undefined),
		list: path => tree.list(path).filter(name => isVisible(path === '' ? name : `${path}/${name}`)),
		digest: tree.digest,
	};
}

/** As many as the kernel follows; path_resolution(7). */
const mostLinks = 40;

/**
 * The path that a path leads to when all symlinks are followed inside the tree: an absolute target begins at its root, and `..` cannot lead
 * out. The last parts need not exist. Undefined for a circle.
 */
export function resolveInside(tree: SourceTree, path: string): string | undefined {
	let links = 0;
	const open = pathBelow(path)
		.split('/')
		.filter(part => part !== '')
		.toReversed();
	let done: string[] = [];
	for (let part = open.pop(); part !== undefined; part = open.pop()) {
		if (part === '.' || part === '') continue;
		if (part === '..') {
			done = done.slice(0, -1);
			continue;
		}
		const here = [...done, part].join('/');
		const target = tree.entry(here)?.target;
		if (target === undefined) {
			done.push(part);
			continue;
		}
		links += 1;
		if (links > mostLinks) return undefined;
		if (target.startsWith('/')) done = [];
		open.push(...target.split('/').toReversed());
	}
	return done.join('/');
}
