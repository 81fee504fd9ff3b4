import {archiveError, cutShort} from './archive-error.ts';
import {shownName} from './entry-name.ts';
import {blockSize, type HeaderBlock, headerBlock} from './header-block.ts';
import {paxBytes, paxRecords} from './pax.ts';

/** What kind of file an entry makes. */
type EntryKind = 'file' | 'directory' | 'symlink' | 'hardlink' | 'device' | 'fifo';

/** One entry of a tar, as GNU tar would take it. Names have one character per byte, and are as written. */
export interface ArchiveEntry {
	readonly kind: EntryKind;
	readonly name: string;
	/** Where a symlink or hard link points to; empty for others. */
	readonly link: string;
	/** Bytes that the file will have, holes included. */
	readonly size: number;
	/** Bytes of data in the archive. */
	readonly stored: number;
}

/** Takes a tar in pieces. */
export interface EntryReader {
	/** Reads on; each entry is told of before any byte after its header was looked at. */
	feed(chunk: Buffer): void;
	/** The stream is over. */
	end(): void;
	/** The end mark was read: only padding can follow. */
	ended(): boolean;
}

/** Type flags of POSIX and GNU tar; `7` is a file to everyone. All others change what follows in ways few programs agree on. */
const kinds: Readonly<Record<string, EntryKind>> = {
	'0': 'file',
	'1': 'hardlink',
	'2': 'symlink',
	'3': 'device',
	'4': 'device',
	'5': 'directory',
	'6': 'fifo',
	'7': 'file',
	S: 'file',
};

/** Bytes that a header's own body (a long name, pax records) may have; the same as in the tar package. */
const metaLimit = 1024 * 1024;

/** Pax keys that would rename or resize every entry after them when they are in a global header. */
const entryKeys: readonly string[] = ['path', 'linkpath', 'size'];

/** What headers before an entry say about it. */
interface Overrides {
	readonly name?: string;
	readonly link?: string;
	readonly pax?: ReadonlyMap<string, string>;
}

/**
 * Walks over a tar, block by block, without keeping anything of it. It is stricter than GNU tar, which unpacks the same
 * bytes at the same time, so that the two can't see different entries: whatever they could disagree on is refused.
 * The tar package's own Parser can't do this: it knows no old GNU sparse headers, reads names as UTF-8, and gives
 * sparse files of pax archives a name that they do not get.
 *
 * @throws TsboxError E_ARCHIVE_INVALID, from `feed` and `end`.
 */
export function entryReader(archive: string, onEntry: (entry: ArchiveEntry) => void): EntryReader {
	const partial = Buffer.alloc(blockSize);
	let filled = 0;
	let offset = 0;
	let skip = 0;
	let zeroBlocks = 0;
	let overrides: Overrides = {};
	/** A header body that is being collected. */
	let meta: {readonly type: string; readonly body: Buffer; filled: number} | undefined;
	/** Bytes of body after the map of an old GNU sparse file, while blocks of that map are read. */
	let sparseBody: number | undefined;

	const takeHeader = (block: Buffer): void => {
		const header = headerBlock(archive, block, offset);
		const {type, size} = header;
		if (type === 'x' || type === 'g' || type === 'L' || type === 'K') {
			if (size === undefined || size > metaLimit)
				throw archiveError(archive, `is damaged: a header of type ${type} has no sensible size`);
			meta = {type, body: Buffer.alloc(size), filled: 0};
			if (size === 0) takeMeta();
			return;
		}
		const entry = entryOf(archive, header, overrides);
		overrides = {};
		onEntry(entry);
		skip = padded(entry.stored);
		if (header.sparse?.extended === true) {
			sparseBody = skip;
			skip = 0;
		}
	};

	const takeMeta = (): void => {
		if (meta === undefined) return;
		overrides = withMeta(archive, overrides, meta.type, meta.body);
		skip = padded(meta.body.length) - meta.body.length;
		meta = undefined;
	};

	const takeBlock = (block: Buffer): void => {
		const zero = block.every(byte => byte === 0);
		if (sparseBody !== undefined) {
			if (block[504] !== 0) return;
			skip = sparseBody;
			sparseBody = undefined;
		} else if (zeroBlocks > 0 && !zero) {
			throw archiveError(archive, `is damaged: there is data after its end mark, at byte ${offset} of the tar`);
		} else if (zero) {
			if (Object.keys(overrides).length > 0) throw cutShort(archive);
			zeroBlocks++;
		} else takeHeader(block);
	};

	return {
		feed(chunk) {
			for (let at = 0; at < chunk.length; ) {
				const left = chunk.length - at;
				let taken: number;
				if (skip > 0) {
					taken = Math.min(skip, left);
					skip -= taken;
				} else if (meta !== undefined) {
					taken = Math.min(meta.body.length - meta.filled, left);
					chunk.copy(meta.body, meta.filled, at, at + taken);
					meta.filled += taken;
					if (meta.filled === meta.body.length) takeMeta();
				} else if (filled === 0 && left >= blockSize) {
					taken = blockSize;
					takeBlock(chunk.subarray(at, at + taken));
				} else {
					taken = Math.min(blockSize - filled, left);
					chunk.copy(partial, filled, at, at + taken);
					filled = (filled + taken) % blockSize;
					if (filled === 0) takeBlock(partial);
				}
				at += taken;
				offset += taken;
			}
		},
		end() {
			if (skip > 0 || filled > 0 || meta !== undefined || sparseBody !== undefined || zeroBlocks === 0)
				throw cutShort(archive);
		},
		ended: () => zeroBlocks > 1,
	};
}

/** Adds what a header body says about the next entry; no honest program says the same thing twice. */
function withMeta(archive: string, before: Overrides, type: string, body: Buffer): Overrides {
	if (type === 'g') {
		const key = [...paxRecords(archive, body).keys()].find(
			key => entryKeys.includes(key) || key.startsWith('GNU.sparse.'),
		);
		if (key !== undefined)
			throw archiveError(archive, `is hostile: a global pax header sets the ${key} of every entry`);
		return before;
	}
	if (type === 'x') {
		if (before.pax !== undefined) throw archiveError(archive, 'is damaged: two pax headers describe one entry');
		return {...before, pax: paxRecords(archive, body)};
	}
	const text = body.toString('latin1').replace(/\0+$/, '');
	if (text.includes('\0')) throw archiveError(archive, `is hostile: the name ${shownName(text)} has a NUL in it`);
	if ((type === 'L' ? before.name : before.link) !== undefined)
		throw archiveError(archive, 'is damaged: two long names for one entry');
	return type === 'L' ? {...before, name: text} : {...before, link: text};
}

function entryOf(
	archive: string,
	header: HeaderBlock,
	{name: longName, link: longLink, pax = new Map()}: Overrides,
): ArchiveEntry {
	const paxName = pax.get('GNU.sparse.name') ?? pax.get('path');
	if (longName !== undefined && paxName !== undefined)
		throw archiveError(archive, 'is hostile: two names for one entry');
	const name = paxName ?? longName ?? header.name;
	if (name === '') throw archiveError(archive, 'is damaged: an entry has no name');
	const flagged = kinds[header.type];
	if (flagged === undefined) {
		throw archiveError(
			archive,
			`has an entry of a type that no root filesystem has: ${shownName(name)}, type ${shownName(header.type)}`,
		);
	}
	// Before POSIX a folder was a file whose name ends in a slash; GNU tar still takes it so.
	const kind = flagged === 'file' && name.endsWith('/') ? 'directory' : flagged;
	const link = kind === 'symlink' || kind === 'hardlink' ? (pax.get('linkpath') ?? longLink ?? header.link) : '';
	if (kind !== 'file') {
		// GNU tar reads no body here, whatever the size says; others do, and see other entries.
		if (flagged === 'file' && header.size !== 0)
			throw archiveError(archive, `is hostile: the folder ${shownName(name)} has data`);
		return {kind, name, link, size: 0, stored: 0};
	}
	const stored = paxBytes(archive, pax, 'size') ?? header.size;
	if (stored === undefined || !Number.isSafeInteger(padded(stored)))
		throw archiveError(archive, `is damaged: ${shownName(name)} has no size`);
	const real =
		paxBytes(archive, pax, 'GNU.sparse.realsize') ??
		paxBytes(archive, pax, 'GNU.sparse.size') ??
		header.sparse?.realSize;
	return {kind, name, link, size: real ?? stored, stored};
}

function padded(size: number): number {
	return Math.ceil(size / blockSize) * blockSize;
}
