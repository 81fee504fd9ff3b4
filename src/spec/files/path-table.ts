import type {Path} from '../syntax/located.ts';

/** Looks paths up in a table by dotted paths, in which `*` is any key; undefined for one that the table does not have. */
export function pathTable<T>(table: Readonly<Record<string, T>>): (path: Path) => T | undefined {
	const rows = Object.entries(table).map(([dotted, value]) => ({keys: dotted.split('.'), value}));
	return path =>
		rows.find(
			({keys}) => keys.length === path.length && keys.every((key, at) => key === '*' || key === String(path[at])),
		)?.value;
}
