import {linkBelow, openBelow, type Pinned, pinBelow, statBelow, unpin} from './pinned.ts';

/** A symlink that was followed, and what it holds. */
export interface FollowedLink {
	/** Its path from the root on. */
	readonly path: string;
	readonly target: string;
}

/** What a path leads to below a root. */
export type Walked =
	/** A regular file, and its path without symlinks. */
	| {readonly kind: 'file'; readonly path: string; readonly mode: number; readonly open: () => number | undefined}
	/** A folder, a device, a FIFO. */
	| {readonly kind: 'other'}
	/** `path` is not there; `link` is the symlink that led to it, where one did. */
	| {readonly kind: 'missing'; readonly path: string; readonly link?: FollowedLink}
	/** Symlinks lead to each other; `link` is the first of them. */
	| {readonly kind: 'loop'; readonly link: FollowedLink}
	/** Somewhere that the walk does not look: /proc, /dev and /sys, and what the caller may not read. */
	| {readonly kind: 'unknown'};

/** path_resolution(7): the kernel follows 40 symlinks in a path. */
const mostLinks = 40;
/** More names than PATH_MAX has room for in a path whose symlinks are counted: the guard against a hostile tree. */
const mostNames = 8192;
/** Folders that are held at once. */
const deepest = 256;

interface Name {
	readonly text: string;
	readonly link?: FollowedLink;
}

/**
 * Follows a path as the kernel would for a process whose root is `root`: symlinks lead to below the root, and `..` of the
 * root is the root. Each name is looked up below a folder that is held, no symlink is followed by the kernel, and nothing but
 * a regular file is opened: a tree that somebody else can write leads nowhere else.
 *
 * `take` gets what was found; a file can be opened until it returns.
 */
export function walkInRoot<T>(root: Pinned, path: string, take: (found: Walked) => T): T {
	const held: Pinned[] = [];
	try {
		return take(walk(root, Buffer.from(path).toString('latin1'), held));
	} finally {
		for (const folder of held) unpin(folder);
	}
}

/** Names are bytes, so they are kept as latin1 here. */
function walk(root: Pinned, path: string, held: Pinned[]): Walked {
	const names: Name[] = namesOf(path);
	// The folders down to where the walk is, by name.
	const here: {readonly name: string; readonly folder: Pinned}[] = [];
	const links: FollowedLink[] = [];
	for (let count = 0; count < mostNames; count += 1) {
		const next = names.shift();
		if (next === undefined) return {kind: 'other'};
		if (next.text === '..') here.pop();
		if (next.text === '..' || next.text === '.') continue;
		if (here.length === 0 && ['proc', 'dev', 'sys'].includes(next.text)) return {kind: 'unknown'};
		const folder = here.at(-1)?.folder ?? root;
		const shown = shownPath([...here.map(({name}) => name), next.text]);
		const name = Buffer.from(next.text, 'latin1');
		try {
			const facts = statBelow(folder, name);
			if (facts === undefined) return {kind: 'missing', path: shown, ...linkOf(next)};
			if (facts.isSymbolicLink()) {
				const target = linkBelow(folder, name).toString('latin1');
				const link = {path: shown, target: Buffer.from(target, 'latin1').toString()};
				links.push(link);
				if (links.length > mostLinks) return {kind: 'loop', link: links[0] ?? link};
				if (target.startsWith('/')) here.length = 0;
				names.unshift(...namesOf(target, next.link ?? link));
			} else if (facts.isDirectory()) {
				const inner = pinBelow(folder, name);
				if (inner === undefined || held.length >= deepest) return {kind: 'unknown'};
				held.push(inner);
				here.push({name: next.text, folder: inner});
			} else if (names.length > 0) return {kind: 'missing', path: `${shown}/${names[0]?.text ?? ''}`, ...linkOf(next)};
			else if (!facts.isFile()) return {kind: 'other'};
			else return {kind: 'file', path: shown, mode: facts.mode, open: () => openBelow(folder, name)};
		} catch {
			return {kind: 'unknown'};
		}
	}
	return {kind: 'unknown'};
}

/** The names of a path; `link` is the symlink that holds it. */
function namesOf(path: string, link?: FollowedLink): Name[] {
	return path
		.split('/')
		.filter(text => text !== '')
		.map(text => ({text, ...(link === undefined ? {} : {link})}));
}

function linkOf({link}: Name): {readonly link?: FollowedLink} {
	return link === undefined ? {} : {link};
}

function shownPath(names: readonly string[]): string {
	return `/${Buffer.from(names.join('/'), 'latin1').toString()}`;
}
