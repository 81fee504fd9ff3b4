import {archiveError} from '../archive/archive-error.ts';
import {entryReader} from '../archive/entry-reader.ts';
import {type EntryCounts, entryRules, type UnpackLimits} from '../archive/entry-rules.ts';
import {factsOf} from './entry-facts.ts';
import {entryBlocks, type RawFacts} from './tar-writer.ts';

/** A folder of a layer that hides what the layers below have at its path. */
export interface OpaqueFolder extends RawFacts {
	/** Without `.`; one character per byte; empty for the root. */
	readonly path: string;
}

/** Turns the tar of a layer into one that GNU tar can unpack as a lower layer of an overlay. */
export interface LayerFilter {
	/** Takes a chunk of the layer's tar and gives what tar gets of it. */
	feed(chunk: Buffer): readonly Buffer[];
	/** Ends the tar. */
	end(): void;
	/** The folders to mark as opaque. */
	opaque(): readonly OpaqueFolder[];
	/** Folders that have entries in them, but no entry of their own. */
	implied(): readonly string[];
	counts(): EntryCounts;
}

/** layer.md of the OCI image-spec, "Whiteouts". Names with the longer prefix are marks of aufs, of which only the opaque one counts. */
const whiteout = '.wh.';
const auxiliary = '.wh..wh.';
const opaqueMark = '.wh..wh..opq';

/** What GNU tar gives to a folder that it makes for an entry in it. */
const madeByTar: RawFacts = {mode: 0o755, uid: 0, gid: 0, mtime: 0};

/**
 * Checks the entries of a layer, and turns its whiteouts into those of overlayfs: a file `.wh.NAME` goes, and a character device 0/0 of
 * NAME is added at the end, for a whiteout hides what lower layers have and never what its own layer has, in whatever order.
 * Opaque folders need an extended attribute that only a privileged tar may set, so they are only listed here.
 *
 * @param title - the layer, for messages
 * @throws TsboxError E_ARCHIVE_INVALID, E_ARCHIVE_TOO_LARGE, from `feed` and `end`.
 */
export function layerFilter(title: string, limits: UnpackLimits): LayerFilter {
	const rules = entryRules(title, limits, {part: true, mayBeEmpty: true});
	const folders = new Map<string, RawFacts>();
	const others = new Set<string>();
	const hidden = new Set<string>();
	const marked = new Set<string>();
	/** Parts of the tar that are left out, in order. */
	const cuts: {readonly start: number; readonly end: number}[] = [];
	/** What was fed but not given yet, and its offset in the tar. */
	let held: Buffer = Buffer.alloc(0);
	let offset = 0;
	let added = false;

	const reader = entryReader(title, (entry, place) => {
		const path = rules.check(entry);
		const slash = path.lastIndexOf('/');
		const name = path.slice(slash + 1);
		if (!name.startsWith(whiteout)) {
			if (entry.kind === 'directory') folders.set(path, factsOf(place));
			else {
				folders.delete(path);
				others.add(path);
			}
			return;
		}
		cuts.push({start: place.start, end: place.end});
		const parent = path.slice(0, Math.max(0, slash));
		if (name === opaqueMark && parent === '')
			throw archiveError(title, 'removes the whole root below it, which no overlay can show', {
				why: 'overlayfs.rst: the root of a layer cannot be opaque',
				hint: 'put its files into an image of one layer, such as with `docker export`',
			});
		if (name === opaqueMark) marked.add(parent);
		else if (!name.startsWith(auxiliary)) {
			const target = name.slice(whiteout.length);
			if (target === '' || target === '.' || target === '..')
				throw archiveError(title, `is hostile: it has a whiteout of the name "${target}"`);
			hidden.add(parent === '' ? target : `${parent}/${target}`);
		}
	});

	const impliedFolders = (): Set<string> => {
		const made = new Set<string>();
		for (const path of [...folders.keys(), ...others, ...hidden, ...[...marked].map(each => `${each}/`)]) {
			for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
				const parent = path.slice(0, slash);
				if (made.has(parent)) break;
				if (!folders.has(parent)) made.add(parent);
			}
		}
		return made;
	};

	/** The whiteouts of names that this layer does not have itself. */
	const whiteouts = (): Buffer => {
		const implied = impliedFolders();
		const rest = [...hidden].filter(path => !others.has(path) && !folders.has(path) && !implied.has(path));
		return Buffer.concat(rest.map(name => entryBlocks({name, type: '3', mode: 0, uid: 0, gid: 0, mtime: 0})));
	};

	/** What was fed up to an offset, without the parts that are left out. */
	const release = (until: number): readonly Buffer[] => {
		const given: Buffer[] = [];
		const stop = offset + held.length;
		let at = offset;
		while (at < until) {
			const [cut] = cuts;
			if (cut === undefined || cut.start >= until) {
				given.push(held.subarray(at - offset, until - offset));
				at = until;
				break;
			}
			if (cut.start > at) given.push(held.subarray(at - offset, cut.start - offset));
			at = Math.min(cut.end, until);
			if (cut.end <= until) cuts.shift();
			else break;
		}
		held = held.subarray(Math.min(at, stop) - offset);
		offset = Math.min(at, stop);
		return given;
	};

	return {
		feed(chunk) {
			const over = reader.endMark() !== undefined;
			reader.feed(chunk);
			// After the end mark only zeros come, and tar may have closed its stdin already.
			if (over) return [];
			held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
			const mark = reader.endMark();
			if (mark === undefined || added) return release(reader.decided());
			added = true;
			return [...release(mark), whiteouts(), Buffer.alloc(1024)];
		},
		end() {
			reader.end();
			rules.end();
		},
		opaque() {
			const implied = impliedFolders();
			const replaced = [...hidden].filter(path => folders.has(path) || implied.has(path));
			return [...new Set([...marked, ...replaced])].map(path => ({path, ...(folders.get(path) ?? madeByTar)}));
		},
		implied: () => [...impliedFolders()],
		counts: () => rules.counts(),
	};
}
