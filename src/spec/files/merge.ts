import {type Located, type Path, plainValue, type Spot} from '../syntax/located.ts';
import {type MergeRule, ruleOf, wordIdentity} from './merge-rules.ts';

type LocatedMap = Extract<Located, {readonly kind: 'map'}>;

/**
 * Merges a tree with one that comes after it: Compose Specification, "Merge". Each value keeps its place.
 *
 * @param path - where both stand in a file with services
 */
export function merge(base: Located, other: Located, path: Path = []): Located {
	if (other.tag === '!override') return untagged(other);
	if (isNull(other)) return base;
	if (isNull(base)) return other;
	const rule = ruleOf(path);
	if (rule?.kind === 'replaced') return other;
	const [one, two] = [canonical(base, rule), canonical(other, rule)];
	if (one.kind === 'map' && two.kind === 'map') return mergeMaps(one, two, path);
	if (one.kind === 'list' && two.kind === 'list') {
		const identity = rule?.kind === 'set' ? rule.identity : wordIdentity;
		return {...two, items: lastOfEach([...one.items, ...two.items], identity)};
	}
	return two;
}

function mergeMaps(base: LocatedMap, other: LocatedMap, path: Path): Located {
	// Options of one driver mean nothing to another: of two log drivers the last one holds as a whole.
	if (path[0] === 'services' && path[2] === 'logging' && path.length === 3 && isOtherDriver(base, other)) return other;
	const entries = new Map(base.entries);
	for (const [key, value] of other.entries) {
		const before = entries.get(key);
		if (value.tag === '!reset') entries.delete(key);
		else entries.set(key, before === undefined ? value : merge(before, value, [...path, key]));
	}
	return {...other, entries};
}

function isOtherDriver(base: LocatedMap, other: LocatedMap): boolean {
	const driver = ({entries}: LocatedMap): unknown => {
		const found = entries.get('driver');
		return found === undefined ? undefined : plainValue(found);
	};
	return driver(base) !== undefined && driver(other) !== undefined && driver(base) !== driver(other);
}

/** The form in which values of a rule are merged. */
function canonical(located: Located, rule: MergeRule | undefined): Located {
	const {spot} = located;
	switch (rule?.kind) {
		case 'names':
			return located.kind === 'list'
				? mapOf(
						spot,
						located.items.map(item => [String(plainValue(item)), nothing(item.spot)]),
					)
				: located;
		case 'pairs':
			return located.kind === 'list'
				? mapOf(
						spot,
						located.items.map(item => pairOf(item, rule.separator)),
					)
				: located;
		case 'short':
			return located.kind === 'scalar' ? mapOf(spot, [[rule.key, located]]) : located;
		case 'set':
			return located.kind === 'scalar' ? {kind: 'list', items: [located], spot} : located;
		case 'replaced':
		case undefined:
			return located;
	}
}

function mapOf(spot: Spot, entries: readonly (readonly [string, Located])[]): LocatedMap {
	return {kind: 'map', entries: new Map(entries), spot};
}

function nothing(spot: Spot): Located {
	return {kind: 'scalar', value: null, spot};
}

/** An entry of a list such as `NAME=VALUE`; the value is null for a name alone. */
function pairOf(item: Located, separator: RegExp): readonly [string, Located] {
	const text = String(plainValue(item));
	const at = text.search(separator);
	if (at === -1) return [text, nothing(item.spot)];
	const value = text.slice(at + 1);
	return [text.slice(0, at), {kind: 'scalar', value, spot: {...item.spot, text: value}}];
}

function lastOfEach(items: readonly Located[], identity: (entry: unknown) => unknown): readonly Located[] {
	const byIdentity = new Map<unknown, Located>();
	for (const item of items) byIdentity.set(identity(plainValue(item)), item);
	return [...byIdentity.values()];
}

function isNull(located: Located): boolean {
	return located.kind === 'scalar' && located.value === null;
}

function untagged(located: Located): Located {
	const {tag, ...rest} = located;
	return tag === undefined ? located : rest;
}

/** The tree as it holds when nothing more is merged: values that are reset are left out. */
export function settled(located: Located): Located {
	if (located.kind === 'scalar') return untagged(located);
	if (located.kind === 'list')
		return untagged({...located, items: located.items.filter(({tag}) => tag !== '!reset').map(settled)});
	const entries = [...located.entries]
		.filter(([, {tag}]) => tag !== '!reset')
		.map(([key, value]) => [key, settled(value)] as const);
	return untagged({...located, entries: new Map(entries)});
}
