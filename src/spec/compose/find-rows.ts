import type {Path} from '../syntax/located.ts';
import {composeRows} from './compose-rows.ts';
import type {ComposeRow} from './row.ts';

const patterns = composeRows.map(row => ({keys: row.path.split('.'), row}));

function fits(keys: readonly string[], path: Path): boolean {
	return keys.length === path.length && keys.every((key, at) => key === '*' || key === String(path[at]));
}

/** The row of a refused key at a path of a file with `services`. */
export function refusedAt(path: Path): ComposeRow | undefined {
	return patterns.find(({keys, row}) => row.fate === 'refused' && row.shown === undefined && fits(keys, path))?.row;
}

/** The keys directly below a path, such as `services.*.deploy`, that are accepted without effect. */
export function ignoredBelow(path: string): readonly ComposeRow[] {
	const depth = path === '' ? 0 : path.split('.').length;
	return patterns
		.filter(({keys, row}) => row.fate === 'ignored' && row.shown === undefined && keys.length === depth + 1)
		.filter(({keys}) => keys.slice(0, -1).join('.') === path && keys.at(-1) !== '*')
		.map(({row}) => row);
}

/** The last word of a row's path. */
export function keyOf({path}: ComposeRow): string {
	return path.slice(path.lastIndexOf('.') + 1);
}

/** The row of a key by its last word, for people who ask for it. */
export function rowOfKey(word: string): ComposeRow | undefined {
	return composeRows.find(row => row.shown === undefined && keyOf(row) === word);
}

/** A word of the table that has no effect, and the services that have it; none for one beside the services. */
export interface Idle {
	readonly row: ComposeRow;
	readonly services: readonly string[];
}

/** All in a file with `services` that is accepted without effect, by the order of the table. */
export function idleIn(file: unknown): readonly Idle[] {
	return patterns.flatMap(({keys, row}) => {
		if (row.fate !== 'ignored') return [];
		const found = matches(file, keys, []).filter(({value, path}) => row.when?.(value, String(path.at(-1))) ?? true);
		if (found.length === 0) return [];
		const services = found.flatMap(({path: [section, name]}) => (section === 'services' ? [String(name)] : []));
		return [{row, services: [...new Set(services)]}];
	});
}

interface Match {
	readonly value: unknown;
	readonly path: Path;
}

function matches(value: unknown, [key, ...rest]: readonly string[], path: Path): readonly Match[] {
	if (key === undefined) return [{value, path}];
	if (typeof value !== 'object' || value === null) return [];
	return Object.entries(value)
		.filter(([name]) => key === '*' || name === key)
		.flatMap(([name, inner]) => matches(inner, rest, [...path, name]));
}
