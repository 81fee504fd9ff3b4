import type {Origin, VariableUse} from '../model/project.ts';
import type {Place} from './problem.ts';
import {positionOf, type SourceText} from './source-text.ts';

/** The keys that lead to a value. */
export type Path = readonly (string | number)[];

/** Where a value stands, and how it is written. */
export interface Spot {
	readonly source: SourceText;
	/** UTF-16 units from the beginning of the text, as the others. */
	readonly start: number;
	readonly end: number;
	readonly keyStart: number;
	readonly keyEnd: number;
	/** A scalar as written, with variables filled in. */
	readonly text?: string;
	readonly variables?: readonly VariableUse[];
}

/** A value and all in it, each with its place. They may come from several files. */
export type Located = (
	| {readonly kind: 'map'; readonly entries: ReadonlyMap<string, Located>}
	| {readonly kind: 'list'; readonly items: readonly Located[]}
	/** Undefined for a value that could not be read. */
	| {readonly kind: 'scalar'; readonly value: unknown}
) & {readonly spot: Spot; readonly tag?: MergeTag};

/** What a YAML tag asks for when files are merged: Compose Specification, "Reset value" and "Replace value". */
export type MergeTag = '!reset' | '!override';

/** Maps a path of the tree to its place in the file. A missing path falls back to its nearest parent. */
export interface Places {
	readonly has: (path: Path) => boolean;
	/** Whether the value is null or left out. */
	readonly isNull: (path: Path) => boolean;
	readonly key: (path: Path) => Place;
	readonly value: (path: Path) => Place;
	/** The scalar as written, with variables filled in: `1.10` for the number 1.1. */
	readonly text: (path: Path) => string | undefined;
	readonly origin: (path: Path) => Origin;
	readonly within: (prefix: Path) => Places;
}

/** The value without places. */
export function plainValue(located: Located): unknown {
	if (located.kind === 'scalar') return located.value;
	if (located.kind === 'list') return located.items.map(plainValue);
	return Object.fromEntries([...located.entries].map(([name, inner]) => [name, plainValue(inner)]));
}

/** The value at a path; undefined where there is none. */
export function at(located: Located, path: Path): Located | undefined {
	let found: Located | undefined = located;
	for (const key of path) found = found && inner(found, key);
	return found;
}

function inner(located: Located, key: string | number): Located | undefined {
	if (located.kind === 'map') return located.entries.get(String(key));
	return located.kind === 'list' ? located.items[Number(key)] : undefined;
}

/** The places of a tree. */
export function placesOf(root: Located): Places {
	const nearest = (path: Path): Spot => {
		let found = root;
		for (const key of path) {
			const next = inner(found, key);
			if (next === undefined) break;
			found = next;
		}
		return found.spot;
	};
	const text = ({source}: Spot, start: number, end: number): Place => ({kind: 'text', source, start, end});
	return {
		has: path => at(root, path) !== undefined,
		isNull: path => {
			const found = at(root, path);
			return found?.kind === 'scalar' && found.value === null;
		},
		key: path => {
			const spot = nearest(path);
			return text(spot, spot.keyStart, spot.keyEnd);
		},
		value: path => {
			const spot = nearest(path);
			return text(spot, spot.start, spot.end);
		},
		text: path => at(root, path)?.spot.text,
		origin: path => {
			const {source, start, variables = []} = nearest(path);
			return {
				kind: 'file',
				file: source.file,
				...positionOf(source, start),
				...(variables.length > 0 && {variables}),
			};
		},
		within: prefix => withinPlaces(placesOf(root), prefix),
	};
}

function withinPlaces(places: Places, prefix: Path): Places {
	const full = (path: Path): Path => [...prefix, ...path];
	return {
		has: path => places.has(full(path)),
		isNull: path => places.isNull(full(path)),
		key: path => places.key(full(path)),
		value: path => places.value(full(path)),
		text: path => places.text(full(path)),
		origin: path => places.origin(full(path)),
		within: further => withinPlaces(places, full(further)),
	};
}
