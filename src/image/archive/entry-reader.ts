import {archiveError, cutShort} from './archive-error.ts';
import {shownName} from './entry-name.ts';
import {blockSize, type HeaderBlock, headerBlock} from './header-block.ts';
import {paxBytes, paxRecords} from './pax.ts';

/** The type of file that an entry creates. */
type EntryKind = 'file' | 'directory' | 'symlink' | 'hardlink' | 'device' | 'fifo';

/** One tar entry, interpreted as GNU tar does. Names are unchanged, one character per byte. */
export interface ArchiveEntry {
	readonly kind: EntryKind;
	readonly name: string;
	/** Target of a symlink or hard link; empty for other kinds. */
	readonly link: string;
	/** Size of the created file including holes, bytes. */
	readonly size: number;
	/** Size of the data in the archive, bytes. */
	readonly stored: number;
}

/** Where an entry lies in the tar, and its header, which is valid only during the call. */
export interface EntryPlace {
	/** Offset of the entry's first block, which may be a header for its name, bytes. */
	readonly start: number;
	/** Offset behind its data. */
	readonly end: number;
	/** The block with mode, owner, and time; tar(5). */
	readonly header: Buffer;
	/** What a pax header says of it. */
	readonly pax: ReadonlyMap<string, string>;
}

/** Reads a tar in chunks. */
export interface EntryReader {
	/** Reads a chunk. Reports each entry before it reads any byte after the entry's header. */
	feed(chunk: Buffer): void;
	/** Ends the stream. */
	end(): void;
	/** Whether the end mark was read; only padding may follow. */
	ended(): boolean;
	/** Offset of the first block that is not reported yet: of headers for a name whose entry has not come, or of a cut block. */
	decided(): number;
	/** Offset of the end mark; undefined before it was read. */
	endMark(): number | undefined;
}

/** Type flags of POSIX and GNU tar. Everyone treats `7` as a file. Programs disagree about all other flags. */
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

/** The limit of a header's own body (a long name, pax records), bytes; the same as in the tar package. */
const metaLimit = 1024 * 1024;

/** Pax keys that, in a global header, would rename or resize every later entry. */
const entryKeys: readonly string[] = ['path', 'linkpath', 'size'];

/** Attributes of an entry that earlier headers set. */
interface Overrides {
	readonly name?: string;
	readonly link?: string;
	readonly pax?: ReadonlyMap<string, string>;
}

/**
 * Parses a tar block by block without storing its data. GNU tar unpacks the same bytes at the same time, so the reader is
 * stricter: it refuses everything that the two could interpret differently.
 * The tar package's own Parser does not work here: it does not know old GNU sparse headers, reads names as UTF-8, and reports
 * sparse files of pax archives under a wrong name.
 *
 * @throws TsboxError E_ARCHIVE_INVALID, from `feed` and `end`.
 */
export function entryReader(archive: string, onEntry: (entry: ArchiveEntry, place: EntryPlace) => void): EntryReader {
	const partial = Buffer.alloc(blockSize);
	let filled = 0;
	let offset = 0;
	let skip = 0;
	let zeroBlocks = 0;
	let overrides: Overrides = {};
	/** Where the entry begins whose headers are being read; undefined between entries. */
	let start: number | undefined;
	let endMark: number | undefined;
	/** The header body that is being read. */
	let meta: {readonly type: string; readonly body: Buffer; filled: number} | undefined;
	/** Padded size of a sparse file's data, while the blocks of its old GNU sparse map are read. */
	let sparseBody: number | undefined;

	const takeHeader = (block: Buffer, at: number): void => {
		const header = headerBlock(archive, block, at);
		const {type, size} = header;
		start ??= at;
		if (type === 'x' || type === 'g' || type === 'L' || type === 'K') {
			if (size === undefined || size > metaLimit)
				throw archiveError(archive, `is damaged: a header of type ${type} has an invalid size`);
			meta = {type, body: Buffer.alloc(size), filled: 0};
			if (size === 0) takeMeta();
			return;
		}
		const entry = entryOf(archive, header, overrides);
		const {pax = new Map<string, string>()} = overrides;
		overrides = {};
		skip = padded(entry.stored);
		onEntry(entry, {start, end: at + blockSize + skip, header: block, pax});
		start = undefined;
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

	const takeBlock = (block: Buffer, at: number): void => {
		const zero = block.every(byte => byte === 0);
		if (sparseBody !== undefined) {
			if (block[504] !== 0) return;
			skip = sparseBody;
			sparseBody = undefined;
		} else if (zeroBlocks > 0 && !zero) {
			throw archiveError(archive, `is damaged: there is data after its end mark, at byte ${at} of the tar`);
		} else if (zero) {
			if (Object.keys(overrides).length > 0) throw cutShort(archive);
			zeroBlocks++;
			endMark ??= at;
		} else takeHeader(block, at);
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
					takeBlock(chunk.subarray(at, at + taken), offset);
				} else {
					taken = Math.min(blockSize - filled, left);
					chunk.copy(partial, filled, at, at + taken);
					filled = (filled + taken) % blockSize;
					if (filled === 0) takeBlock(partial, offset + taken - blockSize);
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
		decided: () => start ?? offset - filled,
		endMark: () => endMark,
	};
}

/** Adds the attributes that a header body sets for the next entry. Refuses duplicates: honest programs write none. */
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
			`has an entry of a type that root filesystems do not have: ${shownName(name)}, type ${shownName(header.type)}`,
		);
	}
	// Before POSIX a folder was a file whose name ends in a slash. GNU tar still interprets it so.
	const kind = flagged === 'file' && name.endsWith('/') ? 'directory' : flagged;
	const link = kind === 'symlink' || kind === 'hardlink' ? (pax.get('linkpath') ?? longLink ?? header.link) : '';
	if (kind !== 'file') {
		// GNU tar reads no body here, whatever the size field says. Other programs do, and would see other entries.
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
