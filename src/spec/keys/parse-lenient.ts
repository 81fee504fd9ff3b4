import type * as z from 'zod/mini';
import {safeParse} from 'zod/mini';
import {describeIssues, type KnownKeys} from './issues.ts';
import type {Problem} from '../syntax/problem.ts';
import type {Path, Places} from '../syntax/tree.ts';

/** What a schema made of a value; undefined when nothing could be saved. */
export interface Fitting<T> {
	readonly output: T | undefined;
	readonly problems: readonly Problem[];
}

/**
 * Parses a value, and where that fails once more without the keys that do not fit, so that one misspelt key does not
 * hide the problems behind it. `depth` is how many keys lead to a container: 0 at the top, 2 under `services`.
 */
export function parseLenient<S extends z.core.$ZodType>(
	schema: S,
	value: Readonly<Record<string, unknown>>,
	places: Places,
	known: KnownKeys,
	depth: 0 | 2,
): Fitting<z.core.output<S>> {
	const first = safeParse(schema, value);
	if (first.success) return {output: first.data, problems: []};
	const found = describeIssues(first.error.issues, places, known);
	const rest = found.reduce((kept, {path}) => without(kept, path, depth), value);
	const second = safeParse(schema, found.length > 0 ? rest : value);
	return {output: second.success ? second.data : undefined, problems: found.map(({problem}) => problem)};
}

type Map = Readonly<Record<string, unknown>>;

/** The map without the container's key that `path` leads through; a container that lacks its rootfs gets a stand-in. */
function without(map: Map, path: Path, depth: number): Map {
	const [first, ...rest] = path;
	if (first === undefined) return {...map, rootfs: 'host'};
	const inner = map[first];
	if (depth > 0 && isMap(inner)) return {...map, [first]: without(inner, rest, depth - 1)};
	return Object.fromEntries(Object.entries(map).filter(([key]) => key !== String(first)));
}

/** Neither a list nor a single value. */
export function isMap(value: unknown): value is Map {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
