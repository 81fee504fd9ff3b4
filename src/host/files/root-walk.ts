import {linkBelow, openBelow, type Pinned, pinBelow, statBelow, unpin} from './pinned.ts';

/** A symlink that was followed, and its target. */
export interface FollowedLink {
	/** Its path below the root. */
	readonly path: string;
	readonly target: string;
}

/** The result of a path lookup below a root. */
export type Walked =
	/** A regular file and its path without symlinks. */
	| {readonly kind: 'file'; readonly path: string; readonly mode: number; readonly open: () => number | undefined}
	/** A folder, a device, a FIFO. */
	| {readonly kind: 'other'}
	/** `path` does not exist; `link` is the symlink that led there, if any. */
	| {readonly kind: 'missing'; readonly path: string; readonly link?: FollowedLink}
	/** A loop of symlinks; `link` is the first one. */
	| {readonly kind: 'loop'; readonly link: FollowedLink}
	/** A place that the lookup does not enter: /proc, /dev, /sys, and folders that the caller may not read. */
	| {readonly kind: 'unknown'};

/** path_resolution(7): the kernel follows at most 40 symlinks per path. */
const mostLinks = 40;
/** The limit of looked-up names, more than a PATH_MAX path with 40 symlinks can have. It guards against a hostile tree. */
const mostNames = 8192;
/** How many folders are held open at once. */
const deepest = 256;

interface Name {
	readonly text: string;
	readonly link?: FollowedLink;
}

/**
 * Resolves a path as the kernel does for a process whose root is `root`: absolute symlinks start at the root, and the root's `..` is
 * the root. Each name is looked up below an open folder, the kernel follows no symlink, and only regular files are opened, so that a
 * tree that other users can write cannot lead anywhere else.
 *
 * `take` gets the result; a file can be opened until it returns.
 */
export function walkInRoot<T>(root: Pinned, path: string, take: (found: Walked) => T): T {
	const held: Pinned[] = [];
	try {
		return take(walk(root, Buffer.from(path).toString('latin1'), held));
	} finally {
		for (const folder of held) unpin(folder);
	}
}

/** Names are bytes, kept as latin1 here. */
function walk(root: Pinned, path: string, held: Pinned[]): Walked {
	const names: Name[] = namesOf(path);
	// The folders from the root to the current position, by name.
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

/** The names in a path; `link` is the symlink that contains the path. */
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
