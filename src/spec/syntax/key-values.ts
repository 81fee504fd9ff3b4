import type {Path, Places} from './tree.ts';

/** An entry of `environment`, `labels`, or `sysctls`. `value` is undefined for a bare name. */
export interface KeyValue {
	readonly name: string;
	readonly value: string | undefined;
	readonly path: Path;
}

/**
 * The entries of a map or of a `NAME=value` list. Numbers keep their written form, because YAML would turn `1.10` into
 * `1.1`.
 */
export function keyValues(
	input: Readonly<Record<string, string | number | boolean | null>> | readonly string[] | undefined,
	path: Path,
	places: Places,
): readonly KeyValue[] {
	if (input === undefined) return [];
	if (isList(input)) {
		return input.map((entry, i) => {
			const at = entry.indexOf('=');
			return {
				name: at === -1 ? entry : entry.slice(0, at),
				value: at === -1 ? undefined : entry.slice(at + 1),
				path: [...path, i],
			};
		});
	}
	return Object.entries(input).map(([name, value]) => ({
		name,
		value: value === null ? undefined : (places.text([...path, name]) ?? String(value)),
		path: [...path, name],
	}));
}

function isList(input: object): input is readonly string[] {
	return Array.isArray(input);
}
