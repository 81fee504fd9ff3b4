import type {LayerEntry} from './layer-entries.ts';

/** A number of files, and their bytes. Folders do not count. */
export interface FileCount {
	readonly files: number;
	readonly bytes: number;
}

/** A path that a layer adds (A), changes (C), or removes (D). */
export interface LayerChange {
	readonly change: 'A' | 'C' | 'D';
	/** Absolute. */
	readonly path: string;
	readonly kind: 'folder' | 'file';
	/** Of a file the bytes that it has in this layer, of a folder those of all files that the layer has in it; of what is removed those that it had. */
	readonly bytes: number;
	/** Bytes of lower layers that nobody sees any more. */
	readonly hidden: number;
	/** What changes in a folder. */
	readonly below: readonly LayerChange[];
}

/** What a layer does to those below it. */
export interface LayerEffect {
	readonly added: FileCount;
	/** Files of lower layers that this one has too; their bytes here. */
	readonly changed: FileCount;
	/** Files of lower layers that are gone; their bytes there. */
	readonly removed: FileCount;
	/** Bytes of lower layers that this one hides. */
	readonly hidden: number;
	readonly changes: readonly LayerChange[];
}

/** A path that several layers have: only the topmost one is seen. */
export interface WastedPath {
	readonly path: string;
	/** How often it is in the image and not seen. */
	readonly copies: number;
	readonly bytes: number;
}

/** What is seen so far. A file has no names below it. */
interface Seen {
	readonly bytes: number;
	/** Of a folder. */
	readonly names: Map<string, Seen> | undefined;
}

interface Counts {
	files: number;
	bytes: number;
}

/** Puts one layer after the other on an image, and tells what each does. */
export class LayerStack {
	private readonly root: Seen = {bytes: 0, names: new Map()};
	private readonly wastedBy = new Map<string, {copies: number; bytes: number}>();

	/** Puts a layer on top. */
	add(entries: readonly LayerEntry[]): LayerEffect {
		const counts = {added: none(), changed: none(), removed: none(), hidden: 0};
		const changes = this.merge(this.root.names ?? new Map(), entries, '', counts);
		return {...counts, changes};
	}

	/** The paths with most bytes that nobody sees, the largest first. */
	wasted(): readonly WastedPath[] {
		return [...this.wastedBy]
			.map(([path, {copies, bytes}]) => ({path, copies, bytes}))
			.sort((one, other) => other.bytes - one.bytes || (one.path < other.path ? -1 : 1));
	}

	private merge(
		names: Map<string, Seen>,
		entries: readonly LayerEntry[],
		folder: string,
		counts: {added: Counts; changed: Counts; removed: Counts; hidden: number},
	): readonly LayerChange[] {
		return entries.flatMap((entry): readonly LayerChange[] => {
			const path = `${folder}/${entry.name}`;
			const before = names.get(entry.name);
			if (entry.kind === 'whiteout') {
				if (before === undefined) return [];
				names.delete(entry.name);
				return [this.remove(before, path, counts)];
			}
			if (entry.kind === 'file') {
				names.set(entry.name, {bytes: entry.bytes, names: undefined});
				const own = {path, kind: 'file', bytes: entry.bytes, below: []} as const;
				if (before === undefined) {
					count(counts.added, entry.bytes);
					return [{...own, change: 'A', hidden: 0}];
				}
				if (before.names !== undefined) {
					const {hidden} = this.remove(before, path, counts);
					count(counts.added, entry.bytes);
					return [{...own, change: 'C', hidden}];
				}
				count(counts.changed, entry.bytes);
				counts.hidden += before.bytes;
				this.waste(path, before.bytes);
				return [{...own, change: 'C', hidden: before.bytes}];
			}
			return this.mergeFolder(names, entry, path, before, counts);
		});
	}

	private mergeFolder(
		names: Map<string, Seen>,
		entry: LayerEntry,
		path: string,
		before: Seen | undefined,
		counts: {added: Counts; changed: Counts; removed: Counts; hidden: number},
	): readonly LayerChange[] {
		const gone: LayerChange[] = [];
		let inside = before?.names;
		if (before !== undefined && inside === undefined) gone.push(this.remove(before, path, counts));
		else if (entry.isOpaque && inside !== undefined)
			for (const [name, each] of inside) {
				// What the layer brings again counts as a change and not as gone and new.
				if (entry.below.some(next => next.name === name && next.kind !== 'whiteout')) continue;
				inside.delete(name);
				gone.push(this.remove(each, `${path}/${name}`, counts));
			}
		inside ??= new Map();
		names.set(entry.name, {bytes: 0, names: inside});
		const deeper = entry.isOpaque
			? entry.below.map(next => (next.kind === 'folder' ? {...next, isOpaque: true} : next))
			: entry.below;
		const below = [...gone, ...this.merge(inside, deeper, path, counts)];
		const kept = below.filter(each => each.change !== 'D').reduce((all, each) => all + each.bytes, 0);
		const hidden = below.reduce((all, each) => all + each.hidden, 0);
		const change = before === undefined ? 'A' : 'C';
		// A folder that is there already, with nothing of it changed, is only the way to another one.
		if (below.length === 0 && change === 'C') return [];
		return [{change, path, kind: 'folder', bytes: kept, hidden, below}];
	}

	/** Counts all files of what is gone. */
	private remove(gone: Seen, path: string, counts: {removed: Counts; hidden: number}): LayerChange {
		const kind = gone.names === undefined ? 'file' : 'folder';
		const total = (each: Seen, at: string): number => {
			if (each.names === undefined) {
				count(counts.removed, each.bytes);
				this.waste(at, each.bytes);
				return each.bytes;
			}
			return [...each.names].reduce((all, [name, next]) => all + total(next, `${at}/${name}`), 0);
		};
		const bytes = total(gone, path);
		counts.hidden += bytes;
		return {change: 'D', path, kind, bytes, hidden: bytes, below: []};
	}

	private waste(path: string, bytes: number): void {
		const known = this.wastedBy.get(path) ?? {copies: 0, bytes: 0};
		this.wastedBy.set(path, {copies: known.copies + 1, bytes: known.bytes + bytes});
	}
}

function none(): Counts {
	return {files: 0, bytes: 0};
}

function count(to: Counts, bytes: number): void {
	to.files += 1;
	to.bytes += bytes;
}
