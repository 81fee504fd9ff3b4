import {entriesOf, list, map, type Resolved, scalar, textOf} from './resolved.ts';

/** A single value as a list, and each entry as `change` has it. */
export function asList(value: Resolved, change: (item: Resolved) => Resolved = item => item): Resolved {
	if (value.kind === 'list') return list(value.items.map(change), value.origin);
	return value.kind === 'scalar' && value.value !== null ? list([change(value)], value.origin) : value;
}

/** `NAME=VALUE` entries as a map of strings; a name without a value is empty. */
export function labelMap(value: Resolved): Resolved {
	return keyValueMap(value, '');
}

/** `NAME=VALUE` entries as a map of strings; null for a name without a value. */
export function variableMap(value: Resolved): Resolved {
	return keyValueMap(value, null);
}

function keyValueMap(value: Resolved, unset: '' | null): Resolved {
	if (value.kind === 'list') {
		const pairs = value.items.map((item): readonly [string, Resolved] => {
			const text = textOf(item) ?? '';
			const at = text.indexOf('=');
			return at === -1
				? [text, scalar(unset, item.origin)]
				: [text.slice(0, at), scalar(text.slice(at + 1), item.origin)];
		});
		return sorted(map(Object.fromEntries(pairs), value.origin));
	}
	const entries = [...entriesOf(value)].map(([key, own]): readonly [string, Resolved] => [
		key,
		own.kind === 'scalar' ? scalar(own.value === null ? unset : String(own.value), own.origin) : own,
	]);
	return value.kind === 'map' ? sorted({...value, entries: new Map(entries)}) : value;
}

/** A list of names as a map of these values; a map gets those that its entries lack. */
export function namedMap(value: Resolved, values: Readonly<Record<string, Resolved>>): Resolved {
	if (value.kind === 'list')
		return sorted(
			map(Object.fromEntries(value.items.map(item => [textOf(item) ?? '', map(values, item.origin)])), value.origin),
		);
	const entries = [...entriesOf(value)].map(([key, own]): readonly [string, Resolved] => [
		key,
		own.kind === 'map'
			? {...own, entries: new Map([...Object.entries(values), ...own.entries])}
			: map(values, own.origin),
	]);
	return value.kind === 'map' ? sorted({...value, entries: new Map(entries)}) : value;
}

/** A list of names as a map without values. */
export function nullKeys(value: Resolved): Resolved {
	if (value.kind !== 'list') return value.kind === 'map' ? sorted(value) : value;
	return sorted(
		map(Object.fromEntries(value.items.map(item => [textOf(item) ?? '', scalar(null, item.origin)])), value.origin),
	);
}

/** A map in the order of its keys. */
export function sorted(value: Resolved): Resolved {
	if (value.kind !== 'map') return value;
	return {...value, entries: new Map([...value.entries].sort(([one], [other]) => (one < other ? -1 : 1)))};
}
