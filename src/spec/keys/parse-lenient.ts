import type * as z from 'zod/mini';
import {safeParse} from 'zod/mini';
import {describeIssues, type KnownKeys} from './issues.ts';
import type {Problem} from '../syntax/problem.ts';
import type {Path, Places} from '../syntax/tree.ts';

/** The output of a schema and the problems found. `output` is undefined if the value cannot be read at all. */
export interface Fitting<T> {
	readonly output: T | undefined;
	readonly problems: readonly Problem[];
}

/**
 * Parses a value. If that fails, it parses again without the invalid keys, so that a misspelled key does not hide later
 * problems. `depth` is the number of keys that lead to a container: 0 at the top, 2 under `services`.
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

/** Removes the container's key on `path` from the map. */
function without(map: Map, path: Path, depth: number): Map {
	const [first, ...rest] = path;
	if (first === undefined) return map;
	const inner = map[first];
	if (depth > 0 && isMap(inner)) return {...map, [first]: without(inner, rest, depth - 1)};
	return Object.fromEntries(Object.entries(map).filter(([key]) => key !== String(first)));
}

/** Whether a value is a map, and not a list or a scalar. */
export function isMap(value: unknown): value is Map {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
