import {cleanPath, pathBelow} from './clean-path.ts';
import {compilePattern, hasWildcard, withoutEscapes} from './path-pattern.ts';
import {resolveInside, type SourceTree} from './source-tree.ts';

/** A file or folder that COPY takes. */
export interface FoundSource {
	/** Where it is in the tree, symlinks followed. */
	readonly path: string;
	/** Its name as the Dockerfile has it, which is its name in the destination. */
	readonly name: string;
	/** `--parents`: the folders between the destination and it. */
	readonly below: string;
	/** A folder is copied by what is in it. */
	readonly kind: 'file' | 'directory' | 'other';
}

/** What a source of COPY stands for; `missing` when it has no wildcard and does not exist. */
export type FoundSources =
	| {readonly ok: true; readonly found: readonly FoundSource[]}
	| {readonly ok: false; readonly missing: string};

/**
 * Finds what a source of COPY or ADD names in a tree. A pattern that matches nothing is no mistake, as in BuildKit: `yarn.lock*`.
 * A source that is a symlink stands for what it points to, within the tree.
 * @throws BadPattern
 */
export function findSources(tree: SourceTree, source: string, {parents}: {readonly parents: boolean}): FoundSources {
	const [base, pattern] = parents ? splitAtPivot(source) : ['', source];
	const parts = pathBelow(pattern)
		.split('/')
		.filter(part => part !== '');
	let paths = [pathBelow(base)];
	const roots = parts.length === 0 ? paths : undefined;
	for (const part of parts) paths = paths.flatMap(path => matchesIn(tree, path, part, parents));
	const found = [...new Set(roots ?? paths)].flatMap(path =>
		foundAt(tree, path, parents ? pathBelow(base) : undefined),
	);
	if (found.length === 0 && !parts.some(hasWildcard)) return {ok: false, missing: source};
	return {ok: true, found};
}

/** `a/./b/c` keeps `b/c` below the destination, and `a/b/c` all of it. */
function splitAtPivot(source: string): readonly [string, string] {
	const at = source.indexOf('/./');
	return at === -1 ? ['', source] : [source.slice(0, at), source.slice(at + 3)];
}

/** The paths in a folder that a part of a pattern stands for, sorted. */
function matchesIn(tree: SourceTree, folder: string, part: string, deep: boolean): readonly string[] {
	const join = (name: string) => (folder === '' ? name : `${folder}/${name}`);
	if (deep && part === '**') return [folder, ...foldersBelow(tree, folder, resolveInside(tree, folder))];
	if (!hasWildcard(part)) return [join(withoutEscapes(part))];
	const matches = compilePattern(part, {deep: false});
	const resolved = resolveInside(tree, folder);
	if (resolved === undefined || tree.entry(resolved)?.kind !== 'directory') return [];
	return tree.list(resolved).filter(matches).map(join);
}

/**
 * The paths of all folders below one.
 *
 * @param real - where it is in the tree: the folder itself may be named through a symlink, which a look at the host would follow
 */
function foldersBelow(tree: SourceTree, folder: string, real: string | undefined): readonly string[] {
	if (real === undefined || (real !== '' && tree.entry(real)?.kind !== 'directory')) return [];
	return tree.list(real).flatMap(name => {
		const there = real === '' ? name : `${real}/${name}`;
		const path = folder === '' ? name : `${folder}/${name}`;
		return tree.entry(there)?.kind === 'directory' ? [path, ...foldersBelow(tree, path, there)] : [];
	});
}

function foundAt(tree: SourceTree, written: string, base: string | undefined): readonly FoundSource[] {
	const path = resolveInside(tree, written);
	const entry = path === undefined ? undefined : tree.entry(path);
	if (path === undefined || entry === undefined || entry.kind === 'symlink') return [];
	const parts = written.split('/');
	const name = parts.at(-1) ?? '';
	const above = cleanPath(parts.slice(0, -1).join('/'));
	const kept = base === undefined || above === '.' ? '' : above.slice(base === '' ? 0 : base.length + 1);
	const below =
		base === undefined || entry.kind !== 'directory' ? kept : [kept, name].filter(part => part !== '').join('/');
	return [{path, name, below, kind: entry.kind}];
}
