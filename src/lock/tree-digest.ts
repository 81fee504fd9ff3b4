import {createHash, type Hash} from 'node:crypto';
import {basename, dirname} from 'node:path';
import {messageOf} from '../errors/is-error.ts';
import {TsboxError} from '../errors/tsbox-error.ts';
import {errnoOf} from '../host/errno.ts';
import {hashFile} from '../host/files/hash-file.ts';
import {linkBelow, namesIn, openBelow, type Pinned, pin, pinBelow, statBelow, unpin} from '../host/files/pinned.ts';
import {entryWords, type EntryWords, nameText} from './entry-words.ts';

/** Levels that are walked, as `diff` does: each holds a descriptor. */
const maxDepth = 256;
/** Large files that are read at the same time. */
const parallel = 4;
/** Trees of no more entries than this are listed in the lock, so that what differs can be named. */
const mostListed = 100;

/** A tree of files as a lock has it. */
export interface TreeDigest {
	/** `sha256:` and 64 digits, over all entries in order. */
	readonly digest: string;
	readonly entries: number;
	/** Of all files together. */
	readonly bytes: number;
	/** What each entry is, by its path, where there are few: `file 644 0:0 12 9f86d081884c7d65`. */
	readonly files?: Readonly<Record<string, string>>;
}

/** How a tree is looked at. */
export interface TreeOptions {
	/** Mount points of the kernel's own filesystems, whose files are no data: they are entered as what they are and not read. */
	readonly kernelMounts?: readonly string[];
	/** Told after each file. */
	readonly onFile?: (bytes: number) => void;
	readonly signal?: AbortSignal;
}

interface Walk extends TreeOptions {
	/** The path of the tree, for errors. */
	readonly top: string;
	readonly entries: {readonly path: Buffer; words: EntryWords}[];
	readonly reading: Set<Promise<void>>;
	seen: number;
}

/**
 * The digest of a folder or file: for each entry its path, type, permissions, owner, and its content, target or device
 * number; entries come by their names' bytes. No times, sizes of folders or numbers of links: they say nothing of what a
 * container gets to see, and no two copies have the same. No extended attributes: Node has no getxattr(2), and a
 * digest must not depend on which tools are installed. Whoever can write the tree may do so meanwhile: nothing is looked up by path
 * twice, no symlink is followed, and a file that is written while it is read is an error.
 *
 * @param path - real: no component is a symlink
 * @throws TsboxError E_PERMISSION, E_LOCKED when it changes meanwhile; ENOENT where there is nothing; the signal's reason.
 */
export async function treeDigest(path: string, options: TreeOptions = {}): Promise<TreeDigest> {
	const walk: Walk = {...options, top: path, entries: [], reading: new Set(), seen: 0};
	// The root of the host has no name in a folder above.
	const above = pin(path === '/' ? path : dirname(path));
	try {
		await enter(walk, above, path === '/' ? '.' : basename(path), Buffer.alloc(0), path, 0);
		await Promise.all(walk.reading);
	} catch (error) {
		await Promise.allSettled(walk.reading);
		throw forPeople(error, path);
	} finally {
		unpin(above);
	}
	return summary(walk);
}

function summary({entries}: Walk): TreeDigest {
	const hash = createHash('sha256');
	let bytes = 0;
	for (const {path, words} of entries) {
		addEntry(hash, path, words);
		bytes += words.size ?? 0;
	}
	const whole = {digest: `sha256:${hash.digest('hex')}`, entries: entries.length, bytes};
	if (entries.length > mostListed) return whole;
	return {...whole, files: Object.fromEntries(entries.map(({path, words}) => [nameText(path), entryWords(words)]))};
}

/** As JSON, so that no name can pass for the end of an entry; bytes as Latin-1, so that no two names are one. */
function addEntry(hash: Hash, path: Buffer, {kind, mode, uid, gid, size, content}: EntryWords): void {
	hash.update(`${JSON.stringify([path.toString('latin1'), kind, mode, uid, gid, size ?? null, content ?? null])}\n`);
}

async function enter(
	walk: Walk,
	folder: Pinned,
	name: Buffer | string,
	path: Buffer,
	real: string,
	depth: number,
): Promise<void> {
	const stats = statBelow(folder, name);
	if (stats === undefined) {
		if (path.length > 0) throw changed(real);
		throw Object.assign(new Error(`ENOENT: ${real}`), {code: 'ENOENT'});
	}
	// Other work, and a signal, get their turn.
	if (++walk.seen % 256 === 0) await new Promise(resolve => setImmediate(resolve));
	walk.signal?.throwIfAborted();
	const owner = {mode: stats.mode & 0o7777, uid: stats.uid, gid: stats.gid};
	const add = (words: EntryWords): number => walk.entries.push({path, words}) - 1;
	if (walk.kernelMounts?.includes(real) === true) add({kind: 'mount', ...owner, mode: 0});
	else if (stats.isDirectory()) {
		add({kind: 'folder', ...owner});
		await walkFolder(walk, folder, name, path, real, depth);
	} else if (stats.isFile()) await readFile(walk, folder, name, real, add);
	// The permissions of a symlink mean nothing: symlink(7).
	else if (stats.isSymbolicLink())
		add({kind: 'link', ...owner, mode: 0, content: linkBelow(folder, name).toString('latin1')});
	else if (stats.isCharacterDevice()) add({kind: 'character device', ...owner, content: String(stats.rdev)});
	else if (stats.isBlockDevice()) add({kind: 'block device', ...owner, content: String(stats.rdev)});
	else add({kind: stats.isFIFO() ? 'fifo' : 'socket', ...owner});
}

async function walkFolder(
	walk: Walk,
	above: Pinned,
	name: Buffer | string,
	path: Buffer,
	real: string,
	depth: number,
): Promise<void> {
	if (depth > maxDepth)
		throw new TsboxError('E_LOCKED', `${walk.top} has folders that are too deep to lock`, {
			why: `it has more than ${maxDepth} levels`,
			hint: 'take the deep ones out, or mount a folder below',
		});
	const folder = pinBelow(above, name);
	if (folder === undefined) throw changed(real);
	try {
		for (const child of namesIn(folder))
			await enter(
				walk,
				folder,
				child,
				path.length === 0 ? child : Buffer.concat([path, Buffer.from('/'), child]),
				`${real === '/' ? '' : real}/${child.toString()}`,
				depth + 1,
			);
	} finally {
		unpin(folder);
	}
}

async function readFile(
	walk: Walk,
	folder: Pinned,
	name: Buffer | string,
	real: string,
	add: (words: EntryWords) => number,
): Promise<void> {
	const fd = openBelow(folder, name);
	if (fd === undefined) throw changed(real);
	const at = add({kind: 'file', mode: 0, uid: 0, gid: 0});
	const reading = hashFile(fd, walk.signal).then(found => {
		if (found === undefined) throw changed(real);
		const {stats, digest} = found;
		const entry = walk.entries[at];
		const size = Number(stats.size);
		const owner = {mode: Number(stats.mode) & 0o7777, uid: Number(stats.uid), gid: Number(stats.gid)};
		if (entry !== undefined) entry.words = {kind: 'file', ...owner, size, content: digest};
		walk.onFile?.(size);
	});
	walk.reading.add(reading);
	// An error is told by whoever waits for all; nobody may be waiting yet.
	reading.then(
		() => walk.reading.delete(reading),
		() => undefined,
	);
	if (walk.reading.size >= parallel) await Promise.race(walk.reading);
}

function changed(path: string): TsboxError {
	return new TsboxError('E_LOCKED', `${path} was changed while it was read`, {
		why: 'something is writing to it now, so its content is not stable',
		hint: 'wait until whatever writes it has ended',
	});
}

function forPeople(error: unknown, path: string): unknown {
	if (errnoOf(error) !== 'EACCES' && errnoOf(error) !== 'EPERM') return error;
	return new TsboxError('E_PERMISSION', `not all of ${path} may be read`, {
		why: messageOf(error),
		hint: 'run it with sudo, or let the files be read',
		cause: error,
	});
}
