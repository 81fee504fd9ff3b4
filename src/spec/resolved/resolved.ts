import type {Origin} from '../model/project.ts';
import type {Located, Spot} from '../syntax/located.ts';
import {positionOf} from '../syntax/source-text.ts';

/** A value of the resolved model and all in it, each with where it came from. */
export type Resolved = (
	| {readonly kind: 'map'; readonly entries: ReadonlyMap<string, Resolved>}
	| {readonly kind: 'list'; readonly items: readonly Resolved[]}
	| {readonly kind: 'scalar'; readonly value: string | number | boolean | null}
) & {readonly origin: Origin};

/** The origin of what nobody wrote. */
export const byDefault: Origin = {kind: 'default'};

/** A single value. */
export function scalar(value: string | number | boolean | null, origin: Origin = byDefault): Resolved {
	return {kind: 'scalar', value, origin};
}

/** A list. */
export function list(items: readonly Resolved[], origin: Origin = byDefault): Resolved {
	return {kind: 'list', items, origin};
}

/** A map, without the entries that are undefined. */
export function map(entries: Readonly<Record<string, Resolved | undefined>>, origin: Origin = byDefault): Resolved {
	const known = Object.entries(entries).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]));
	return {kind: 'map', entries: new Map(known), origin};
}

/** The value without origins. */
export function plainOf(resolved: Resolved): unknown {
	if (resolved.kind === 'scalar') return resolved.value;
	if (resolved.kind === 'list') return resolved.items.map(plainOf);
	return Object.fromEntries([...resolved.entries].map(([key, value]) => [key, plainOf(value)]));
}

/** The entries of a map; none for anything else. */
export function entriesOf(resolved: Resolved | undefined): ReadonlyMap<string, Resolved> {
	return resolved?.kind === 'map' ? resolved.entries : new Map();
}

/** The text of a string or a number; undefined for anything else. */
export function textOf(resolved: Resolved | undefined): string | undefined {
	if (resolved?.kind !== 'scalar') return undefined;
	return typeof resolved.value === 'string' || typeof resolved.value === 'number' ? String(resolved.value) : undefined;
}

/** The same with other values for its scalars. */
export function mapScalars(resolved: Resolved, change: (value: string) => string): Resolved {
	if (resolved.kind === 'list') return {...resolved, items: resolved.items.map(item => mapScalars(item, change))};
	if (resolved.kind === 'scalar')
		return typeof resolved.value === 'string' ? {...resolved, value: change(resolved.value)} : resolved;
	const entries = [...resolved.entries].map(([key, value]) => [key, mapScalars(value, change)] as const);
	return {...resolved, entries: new Map(entries)};
}

/** The values of merged files. */
export function resolvedOf(located: Located): Resolved {
	const origin = originOf(located.spot);
	if (located.kind === 'list') return list(located.items.map(resolvedOf), origin);
	if (located.kind === 'map') {
		const entries = [...located.entries].map(([key, value]) => [key, resolvedOf(value)] as const);
		return {kind: 'map', entries: new Map(entries), origin};
	}
	const {value} = located;
	const isPlain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
	return scalar(isPlain ? value : null, origin);
}

function originOf({source, start, variables = []}: Spot): Origin {
	const place = positionOf(source, start);
	return {kind: 'file', file: source.file, ...place, ...(variables.length > 0 && {variables})};
}
