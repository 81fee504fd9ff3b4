import {type ArchiveEntry, entryReader} from '../archive/entry-reader.ts';
import {blockSize} from '../archive/header-block.ts';
import {factsOf, isWhiteoutEntry} from './entry-facts.ts';
import {paxBlocks, type RawFacts, seal} from './tar-writer.ts';

/** An entry as a {@link TarChange} sees it. */
export interface SeenEntry extends RawFacts {
	readonly kind: ArchiveEntry['kind'];
	/** Without `./` and slashes at the ends, one character per byte; empty for the root. */
	readonly path: string;
	/** Target of a symlink as it is; of a hard link like `path`. */
	readonly link: string;
	/** Extended attributes; the names as getxattr(2) takes them. */
	readonly attributes: ReadonlyMap<string, string>;
	/** A character device 0/0, which stands for a file that is gone. */
	readonly isWhiteout: boolean;
}

/** What becomes of an entry. */
export interface ChangedEntry extends Partial<RawFacts> {
	readonly path: string;
	readonly link?: string;
	/** The attributes that stay; all by default. */
	readonly attributes?: ReadonlyMap<string, string>;
	/** Whole entries that come before it. */
	readonly before?: Buffer;
	/** Whole entries that come behind it. */
	readonly behind?: Buffer;
}

/** Decides about an entry: it stays with changes, goes, or is replaced by whole entries without data. */
export type TarChange = (entry: SeenEntry) => ChangedEntry | Buffer | undefined;

/** A stretch of the source: what goes out in place of its headers, and whether its data pass. */
interface Stretch {
	readonly start: number;
	/** Where its data begin. */
	readonly data: number;
	readonly passes: boolean;
	readonly headers: Buffer;
	readonly behind: Buffer;
}

/**
 * Rewrites the headers of a tar and passes the data on, without its end mark. Entries keep what is not changed, in an order that the
 * source gives; names of users and groups go, since only numbers count in an image.
 *
 * @param title - for messages
 * @throws TsboxError E_ARCHIVE_INVALID for a damaged tar.
 */
export async function* rewriteTar(
	title: string,
	source: AsyncIterable<Buffer>,
	change: TarChange,
): AsyncIterable<Buffer> {
	const stretches: Stretch[] = [];
	const reader = entryReader(title, (entry, {start, end, header, pax}) => {
		const facts = factsOf({header, pax});
		const attributes = new Map(
			[...pax]
				.filter(([key]) => key.startsWith(attributePrefix))
				.map(([key, value]) => [key.slice(attributePrefix.length), value]),
		);
		const seen: SeenEntry = {
			...facts,
			kind: entry.kind,
			path: plainPath(entry.name),
			link: entry.kind === 'hardlink' ? plainPath(entry.link) : entry.link,
			attributes,
			isWhiteout: isWhiteoutEntry(header),
		};
		const changed = change(seen);
		const data = end - Math.ceil(entry.stored / blockSize) * blockSize;
		if (changed === undefined || Buffer.isBuffer(changed)) {
			stretches.push({start, data, passes: false, headers: changed ?? none, behind: none});
			return;
		}
		const headers = Buffer.concat([
			changed.before ?? none,
			paxBlocks(recordsOf({...seen, ...changed}, entry.kind, changed.attributes ?? attributes, pax)),
			plainHeader(header, changed.mode ?? facts.mode),
		]);
		stretches.push({start, data, passes: true, headers, behind: changed.behind ?? none});
	});
	let held: Buffer = none;
	let offset = 0;
	let last: Stretch | undefined;
	for await (const chunk of source) {
		reader.feed(chunk);
		held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
		const mark = reader.endMark();
		const until = mark ?? reader.decided();
		while (offset < until) {
			const [next] = stretches;
			const stop = Math.min(next?.start ?? until, until);
			if (stop > offset) {
				if (last?.passes === true) yield held.subarray(0, stop - offset);
				held = held.subarray(stop - offset);
				offset = stop;
				continue;
			}
			if (next === undefined) break;
			if (last !== undefined && last.behind.length > 0) yield last.behind;
			stretches.shift();
			last = next;
			if (next.headers.length > 0) yield next.headers;
			held = held.subarray(next.data - offset);
			offset = next.data;
		}
		if (mark !== undefined) held = none;
	}
	reader.end();
	if (last !== undefined && last.behind.length > 0) yield last.behind;
}

const none = Buffer.alloc(0);
const attributePrefix = 'SCHILY.xattr.';

function recordsOf(
	{path, link, uid, gid, mtime}: ChangedEntry & RawFacts & {readonly link: string},
	kind: ArchiveEntry['kind'],
	attributes: ReadonlyMap<string, string>,
	pax: ReadonlyMap<string, string>,
): readonly (readonly [string, string])[] {
	const sparse = [...pax].filter(([key]) => key === 'size' || key.startsWith('GNU.sparse.'));
	return [
		['path', kind === 'directory' ? `${path}/` : path],
		...(kind === 'symlink' || kind === 'hardlink' ? [['linkpath', link] as const] : []),
		['uid', String(uid)],
		['gid', String(gid)],
		['mtime', String(mtime)],
		...sparse.map(([key, value]) => [key, key === 'GNU.sparse.name' ? path : value] as const),
		...[...attributes].map(([key, value]) => [`${attributePrefix}${key}`, value] as const),
	];
}

/** A header with its type, size, numbers of a device and map of holes; name, owner and time stand in the pax header before it. */
function plainHeader(header: Buffer, mode: number): Buffer {
	const block = Buffer.from(header);
	const isOldSparse = block[156] === 0x53;
	block.fill(0, 0, 100).write('entry', 0, 'latin1');
	block.write(`${mode.toString(8).padStart(7, '0')}\0`, 100);
	for (const at of [108, 116]) block.write('0000000\0', at);
	block.write('00000000000\0', 136);
	block.fill(0, 157, 257);
	block.fill(0, 265, 329);
	if (!isOldSparse) {
		block.write('ustar\x0000', 257);
		block.fill(0, 345);
	}
	return seal(block);
}

function plainPath(name: string): string {
	return name
		.split('/')
		.filter(part => part !== '' && part !== '.')
		.join('/');
}
