import {isDeepStrictEqual} from 'node:util';
import {type Located, type Path, plainValue, type Spot} from '../syntax/located.ts';
import {leftOutIf, type MergeRule, ruleOf, wordIdentity} from './merge-rules.ts';

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
		const {identity, together = false} = rule?.kind === 'set' ? rule : {identity: identityOf(rule)};
		return {...two, items: lastOfEach([...one.items, ...two.items], identity, together ? [...path, '*'] : undefined)};
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
						located.items.map(item => [String(plainValue(item)), valueAt(item.spot, rule.value)]),
					)
				: located;
		case 'pairs':
			return located.kind === 'list' ? mapOf(spot, located.items.map(pairOf)) : located;
		case 'manyPairs':
			return located.kind === 'map' ? {kind: 'list', items: [...located.entries].flatMap(wordsOf), spot} : located;
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

/** A value, or a map of them, at a place. */
function valueAt(spot: Spot, value: Readonly<Record<string, string | boolean>> | string | boolean | null): Located {
	return value !== null && typeof value === 'object'
		? mapOf(
				spot,
				Object.entries(value).map(([key, inner]) => [key, valueAt(spot, inner)]),
			)
		: {kind: 'scalar', value, spot: {...spot, text: String(value ?? '')}};
}

/** An entry of a list such as `NAME=VALUE`; the value is null for a name alone. */
function pairOf(item: Located): readonly [string, Located] {
	const text = String(plainValue(item));
	const at = text.indexOf('=');
	if (at === -1) return [text, valueAt(item.spot, null)];
	const value = text.slice(at + 1);
	return [text.slice(0, at), {kind: 'scalar', value, spot: {...item.spot, text: value}}];
}

/** An entry of a map as `NAME=VALUE`, once for each of its values. */
function wordsOf([name, value]: readonly [string, Located]): readonly Located[] {
	return (value.kind === 'list' ? value.items : [value]).map(item => {
		const text = `${name}=${item.kind === 'scalar' ? (item.spot.text ?? String(item.value)) : ''}`;
		return {kind: 'scalar', value: text, spot: {...item.spot, text}};
	});
}

/** Of `manyPairs` what is the same, however it is separated. */
function identityOf(rule: MergeRule | undefined): (entry: unknown) => unknown {
	return rule?.kind === 'manyPairs' ? entry => String(entry).replace(/[=:]/, ' ') : wordIdentity;
}

/** @param together - the path of entries that are merged where two have the same identity */
function lastOfEach(
	items: readonly Located[],
	identity: (entry: unknown) => unknown,
	together?: Path,
): readonly Located[] {
	const byIdentity = new Map<unknown, Located>();
	for (const item of items) {
		const key = identity(plainValue(item));
		const before = byIdentity.get(key);
		byIdentity.set(key, together === undefined || before === undefined ? item : merge(before, item, together));
	}
	return [...byIdentity.values()];
}

/** Whether one of the items has the same value. */
function isAmong(item: Located, items: readonly Located[]): boolean {
	return items.some(other => isDeepStrictEqual(plainValue(other), plainValue(item)));
}

/** Whether a value is as if its key were not there. */
function isBlank(located: Located, path: Path): boolean {
	const blank = leftOutIf(path);
	return blank !== undefined && located.kind === 'scalar' && located.value === blank;
}

function isNull(located: Located): boolean {
	return located.kind === 'scalar' && located.value === null;
}

function untagged(located: Located): Located {
	const {tag, ...rest} = located;
	return tag === undefined ? located : rest;
}

/**
 * The tree as it holds when nothing more is merged: values that are reset are left out, and of entries with the same identity the last one
 * holds, as between files.
 *
 * @param twice - hears of each entry that does not hold because another one comes after it
 */
export function settled(located: Located, twice: (entry: Located, path: Path) => void, path: Path = []): Located {
	if (located.kind === 'scalar') return untagged(located);
	if (located.kind === 'list') {
		const items = located.items.filter((item, at) => item.tag !== '!reset' && !isBlank(item, [...path, at]));
		const rule = ruleOf(path);
		const unique = rule?.kind === 'set' ? lastOfEach(items, rule.identity) : items;
		for (const item of items) if (!unique.includes(item) && !isAmong(item, unique)) twice(item, path);
		return untagged({...located, items: unique.map((item, at) => settled(item, twice, [...path, at]))});
	}
	const entries = [...located.entries]
		.filter(([key, value]) => value.tag !== '!reset' && !isBlank(value, [...path, key]))
		.map(([key, value]) => [key, settled(value, twice, [...path, key])] as const);
	return untagged({...located, entries: new Map(entries)});
}
