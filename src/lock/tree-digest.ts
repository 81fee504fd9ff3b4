import {createHash, type Hash} from 'node:crypto';
import {basename, dirname} from 'node:path';
import {messageOf} from '../errors/is-error.ts';
import {TsboxError} from '../errors/tsbox-error.ts';
import {errnoOf} from '../host/errno.ts';
import {hashFile} from '../host/files/hash-file.ts';
import {linkBelow, namesIn, openBelow, type Pinned, pin, pinBelow, statBelow, unpin} from '../host/files/pinned.ts';
import {entryWords, type EntryWords, nameText} from './entry-words.ts';

/** Most levels to walk, as in `diff`. Each level holds a descriptor open. */
const maxDepth = 256;
/** Large files read at the same time. */
const parallel = 4;
/** Most entries of a tree that the lock lists, so that a difference can name the file. */
const mostListed = 100;

/** The digest of a file tree for a lock file. */
export interface TreeDigest {
	/** `sha256:` and 64 hex digits, over all entries in order. */
	readonly digest: string;
	readonly entries: number;
	/** Bytes of all files. */
	readonly bytes: number;
	/** Each entry by its path, for a small tree: `file 644 0:0 12 9f86d081884c7d65`. */
	readonly files?: Readonly<Record<string, string>>;
}

/** Options of {@link treeDigest}. */
export interface TreeOptions {
	/** Mount points of kernel filesystems. The digest has the mount points, but not their files, which are no data. */
	readonly kernelMounts?: readonly string[];
	/** Called after each file. */
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
 * The digest of a folder or file. For each entry it covers path, type, permissions and owner, and content, symlink target or
 * device number; entries are sorted by the bytes of their names. It leaves out times, folder sizes and link counts: the
 * container does not depend on them, and they differ between copies. It leaves out extended attributes: Node has no
 * getxattr(2), and the digest must not depend on installed tools. Others may write to the tree meanwhile. Therefore no path is
 * looked up twice, no symlink is followed, and a file that changes while it is read is an error.
 *
 * @param path - a resolved path without symlinks
 * @throws TsboxError E_PERMISSION; E_LOCKED when the tree changes meanwhile; ENOENT for a missing path; the signal's reason.
 */
export async function treeDigest(path: string, options: TreeOptions = {}): Promise<TreeDigest> {
	const walk: Walk = {...options, top: path, entries: [], reading: new Set(), seen: 0};
	// The root of the host has no parent folder.
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

/** JSON marks where each name ends, and Latin-1 keeps different bytes different. */
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
	// Let other work and signals run.
	if (++walk.seen % 256 === 0) await new Promise(resolve => setImmediate(resolve));
	walk.signal?.throwIfAborted();
	const owner = {mode: stats.mode & 0o7777, uid: stats.uid, gid: stats.gid};
	const add = (words: EntryWords): number => walk.entries.push({path, words}) - 1;
	if (walk.kernelMounts?.includes(real) === true) add({kind: 'mount', ...owner, mode: 0});
	else if (stats.isDirectory()) {
		add({kind: 'folder', ...owner});
		await walkFolder(walk, folder, name, path, real, depth);
	} else if (stats.isFile()) await readFile(walk, folder, name, real, add);
	// The permissions of a symlink have no meaning: symlink(7).
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
		throw new TsboxError('E_LOCKED', `${walk.top} is nested too deeply to lock`, {
			why: `it has more than ${maxDepth} levels`,
			hint: 'remove the deep folders, or mount a folder below them',
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
	// Awaiting all readings reports the error. Until then this handler prevents an unhandled rejection.
	reading.then(
		() => walk.reading.delete(reading),
		() => undefined,
	);
	if (walk.reading.size >= parallel) await Promise.race(walk.reading);
}

function changed(path: string): TsboxError {
	return new TsboxError('E_LOCKED', `${path} was changed while it was read`, {
		why: 'something is writing to it now, so its content is not stable',
		hint: 'stop the program that writes to it, or wait until it has ended',
	});
}

function forPeople(error: unknown, path: string): unknown {
	if (errnoOf(error) !== 'EACCES' && errnoOf(error) !== 'EPERM') return error;
	return new TsboxError('E_PERMISSION', `cannot read all of ${path}`, {
		why: messageOf(error),
		hint: 'run it with sudo, or make the files readable',
		cause: error,
	});
}
