import {TsboxError} from '../../errors/tsbox-error.ts';
import {archiveError, archiveWords} from './archive-error.ts';
import {shownName} from './entry-name.ts';
import type {ArchiveEntry} from './entry-reader.ts';

/** Limits of an unpacked archive. */
export interface UnpackLimits {
	/** Sum of all file sizes including holes, bytes; undefined: no limit. */
	readonly bytes?: number | undefined;
	/** Number of files, folders, links, and so on; undefined: 500,000. */
	readonly entries?: number | undefined;
}

/** Options of {@link entryRules}. */
export interface EntryOptions {
	/** The archive is a part of a root filesystem. Its symlinks may lead out of it: they are kept and never followed. */
	readonly part?: boolean;
	/** It may have no entries, as layers of images that change nothing. */
	readonly mayBeEmpty?: boolean;
}

/** Totals of the entries so far. */
export interface EntryCounts {
	readonly entries: number;
	/** Sum of all file sizes including holes. */
	readonly bytes: number;
	/** Estimated disk use, in whole blocks of 4096 bytes. */
	readonly diskBytes: number;
}

/** Checks each entry before tar unpacks it. */
export interface EntryRules {
	/** Returns the entry's path without `.` and doubled slashes; empty for the root. */
	check(entry: ArchiveEntry): string;
	/** Ends the check after the last entry. */
	end(): void;
	counts(): EntryCounts;
}

/** A large desktop system has about this many files. A million would be an attack on inodes. */
const defaultEntries = 500_000;
/** Depth of nested folders: some programs recurse per level. */
const maxDepth = 256;
/** NAME_MAX and PATH_MAX - 1 of limits.h(0p). */
const maxName = 255;
const maxPath = 4095;
const diskBlock = 4096;

/** Paths of layers in `docker save` archives and OCI image layouts. */
const imageLayer = /^(blobs\/sha256\/[0-9a-f]{64}|[0-9a-f]{64}\/layer\.tar)$/;

/**
 * The rules that keep an archive inside its own root. The jail around tar protects the host. These rules add a clear error before
 * anything is unpacked that could mislead tar or a later reader of the tree.
 *
 * @throws TsboxError E_ARCHIVE_INVALID and E_ARCHIVE_TOO_LARGE, from `check` and `end`.
 */
export function entryRules(
	archive: string,
	limits: UnpackLimits,
	{part = false, mayBeEmpty = false}: EntryOptions = {},
): EntryRules {
	const maxEntries = limits.entries ?? defaultEntries;
	const maxBytes = limits.bytes ?? Number.POSITIVE_INFINITY;
	/** Everything but folders, by path. An entry may lie in a folder that the archive does not list, so folders are not tracked. */
	const leaves = new Map<string, 'symlink' | 'file'>();
	let entries = 0;
	let bytes = 0;
	let diskBytes = 0;
	let lastParent = '';

	const checkParents = (path: string, name: string): void => {
		const parent = path.slice(0, Math.max(0, path.lastIndexOf('/')));
		// Entries come folder by folder, so most parents were checked just before.
		if (parent === lastParent) return;
		for (let slash = parent.length; slash > 0; slash = parent.lastIndexOf('/', slash - 1)) {
			const kind = leaves.get(parent.slice(0, slash));
			if (kind !== undefined)
				throw archiveError(archive, `is hostile: ${shownName(name)} lies below a ${kind}`, {
					why: 'unpacking it would write through the link',
				});
		}
		lastParent = parent;
	};

	return {
		check(entry) {
			const path = normalPath(archive, entry.name);
			if (++entries > maxEntries) throw tooLarge(archive, `more than ${maxEntries} entries`);
			bytes += entry.size;
			diskBytes += diskUse(entry);
			if (bytes > maxBytes) throw tooLarge(archive, `more than ${maxBytes} bytes when unpacked`);
			if (!part && imageLayer.test(path)) {
				throw archiveError(archive, 'is an image of several layers, not a root filesystem', {
					why: '`docker save` and `skopeo copy` write such archives',
					hint: 'make a container from the image and `docker export` that',
				});
			}
			checkParents(path, entry.name);
			if (entry.kind === 'directory') {
				leaves.delete(path);
				return path;
			}
			if (path === '') throw archiveError(archive, `is hostile: its root ${shownName(entry.name)} is not a folder`);
			if (entry.kind === 'hardlink') checkHardLink(archive, entry, path, leaves);
			if (entry.kind === 'symlink' && !part) checkSymlink(archive, entry, path);
			const linked = entry.kind === 'hardlink' ? leaves.get(normalPath(archive, entry.link)) : undefined;
			leaves.set(path, linked ?? (entry.kind === 'symlink' ? 'symlink' : 'file'));
			// The last checked parent may have been replaced by this entry.
			if (`${lastParent}/`.startsWith(`${path}/`)) lastParent = '';
			return path;
		},
		end() {
			if (entries === 0 && !mayBeEmpty)
				throw archiveError(archive, 'has no entries', {hint: 'use the archive of a whole root filesystem'});
		},
		counts: () => ({entries, bytes, diskBytes}),
	};
}

/** The name without `.` and doubled slashes; empty for the root. */
function normalPath(archive: string, name: string): string {
	if (name.startsWith('/')) throw archiveError(archive, `is hostile: ${shownName(name)} is an absolute name`);
	if (name.length > maxPath)
		throw archiveError(archive, `has a name of more than ${maxPath} bytes: ${shownName(name)}`);
	const parts = name.split('/').filter(part => part !== '' && part !== '.');
	if (parts.includes('..')) throw archiveError(archive, `is hostile: ${shownName(name)} has a ".." in it`);
	if (parts.length > maxDepth)
		throw archiveError(archive, `has a path of more than ${maxDepth} folders: ${shownName(name)}`);
	if (parts.some(part => part.length > maxName))
		throw archiveError(archive, `has a name of more than ${maxName} bytes: ${shownName(name)}`);
	return parts.join('/');
}

function checkHardLink(
	archive: string,
	{name, link}: ArchiveEntry,
	path: string,
	leaves: ReadonlyMap<string, unknown>,
): void {
	const what = `is hostile: the hard link ${shownName(name)} points`;
	if (link.startsWith('/') || link.split('/').includes('..'))
		throw archiveError(archive, `${what} out of the archive, to ${shownName(link)}`);
	const target = normalPath(archive, link);
	if (target === path || !leaves.has(target))
		throw archiveError(archive, `${what} to ${shownName(link)}, which is not an earlier file`);
}

/** An absolute target is fine: it resolves in the container's root. */
function checkSymlink(archive: string, {name, link}: ArchiveEntry, path: string): void {
	if (link === '') throw archiveError(archive, `is damaged: the symlink ${shownName(name)} has no target`);
	if (link.length > maxPath)
		throw archiveError(archive, `has a symlink whose target is over ${maxPath} bytes: ${shownName(name)}`);
	if (link.startsWith('/')) return;
	let depth = path.split('/').length - 1;
	for (const part of link.split('/')) {
		if (part === '..') depth--;
		else if (part !== '' && part !== '.') depth++;
		if (depth < 0)
			throw archiveError(
				archive,
				`is hostile: the symlink ${shownName(name)} points out of its root, to ${shownName(link)}`,
			);
	}
}

/** A symlink shorter than 60 bytes is stored in its inode (ext4, xfs). */
function diskUse({kind, link, stored}: ArchiveEntry): number {
	if (kind === 'file') return Math.ceil(stored / diskBlock) * diskBlock;
	return kind === 'directory' || (kind === 'symlink' && link.length >= 60) ? diskBlock : 0;
}

function tooLarge(archive: string, what: string): TsboxError {
	return new TsboxError('E_ARCHIVE_TOO_LARGE', `${archiveWords(archive)} has ${what}`, {
		why: 'the limit keeps a hostile archive from filling the disk',
		hint: 'raise the limit if you trust the archive',
	});
}
