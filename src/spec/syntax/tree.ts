import {type Alias, type Document, isAlias, isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap} from 'yaml';
import {interpolate, type Lookup} from './interpolate.ts';
import {quoted} from '../model/parsed.ts';
import {type Located, type MergeTag, type Path, type Places, placesOf, plainValue, type Spot} from './located.ts';
import type {Problem} from './problem.ts';
import type {SourceText} from './source-text.ts';

export type {Path, Places} from './located.ts';

/** A spec as plain data with variables filled in, and the place of each value. */
export interface Tree {
	readonly value: unknown;
	readonly places: Places;
}

/** A document as a tree, and what is wrong with it. */
export interface ReadTree extends Tree {
	readonly root: Located;
	readonly problems: readonly Problem[];
}

/** Plain data and places of a tree. */
export function treeOf(root: Located): Tree {
	return {value: plainValue(root), places: placesOf(root)};
}

/**
 * Turns a document into a tree: resolves aliases and `<<`, interpolates strings (but not keys), and drops `x-` keys unless `keepsExtensions`.
 * Without a lookup, strings stay unchanged.
 */
export function readTree(
	document: Document.Parsed,
	source: SourceText,
	lookup: Lookup | undefined,
	keepsExtensions = false,
): ReadTree {
	const reader: Reader = {document, source, lookup, keepsExtensions, problems: [], aliases: [], aliased: 0};
	const root = readNode(reader, document.contents, []);
	return {root, ...treeOf(root), problems: reader.problems};
}

interface Reader {
	readonly document: Document.Parsed;
	readonly source: SourceText;
	readonly lookup: Lookup | undefined;
	/** Keys that begin with `x-` are read like others. */
	readonly keepsExtensions: boolean;
	readonly problems: Problem[];
	/** The anchors being followed, to detect a loop. */
	readonly aliases: string[];
	/** The number of nodes read through aliases so far. */
	aliased: number;
}

/** Stops nested aliases that expand exponentially ("billion laughs"). A spec with a thousand services stays below. */
const mostAliasedNodes = 10_000;
/** Deeper than any key of a spec. Keeps a malicious file from overflowing the stack. */
const deepest = 64;

function readNode(reader: Reader, node: Node | null, path: Path, key?: Node): Located {
	const [start, end] = spanOf(node, key);
	const [keyStart, keyEnd] = key === undefined ? [start, end] : spanOf(key);
	const spot: Spot = {source: reader.source, start, end, keyStart, keyEnd};
	if (reader.aliases.length > 0) reader.aliased += 1;
	if (reader.aliased > mostAliasedNodes || path.length > deepest) {
		const [message, hint] =
			reader.aliases.length > 0
				? [endless, 'write the values out']
				: ['the values are nested too deep', 'no key of a spec is that deep; take the inner ones out'];
		if (reader.problems.every(problem => problem.message !== message)) {
			report(reader, start, end, 'E_SPEC_SYNTAX', message, hint);
		}
		return {kind: 'scalar', value: undefined, spot};
	}
	if (isAlias(node)) return followAlias(reader, node, path, spot, key);
	const tag = node?.tag === '!reset' || node?.tag === '!override' ? {tag: node.tag as MergeTag} : {};
	if (isMap(node)) return {kind: 'map', entries: readMap(reader, node, path), spot, ...tag};
	if (isSeq(node)) {
		const items = node.items.map((item, i) => readNode(reader, asNode(item), [...path, i]));
		return {kind: 'list', items, spot, ...tag};
	}
	if (!isScalar(node)) return {kind: 'scalar', value: null, spot};
	if (typeof node.value !== 'string') {
		return {kind: 'scalar', value: node.value, spot: {...spot, text: node.source ?? String(node.value)}, ...tag};
	}
	if (reader.lookup === undefined)
		return {kind: 'scalar', value: node.value, spot: {...spot, text: node.value}, ...tag};
	const filled = interpolate(node.value, reader.lookup);
	if (!filled.ok) {
		// With escapes or folded lines, offsets in the value do not match the file, so the whole scalar is marked.
		const within = reader.source.text.slice(start, end).indexOf(node.value);
		for (const {offset, length, problem, hint} of [filled, ...filled.others]) {
			const at = within === -1 ? start : start + within + offset;
			report(reader, at, within === -1 ? end : at + length, 'E_SPEC_VARIABLE', problem, hint);
		}
		return {kind: 'scalar', value: undefined, spot};
	}
	const {value, variables} = filled;
	return {kind: 'scalar', value, spot: {...spot, text: value, variables}, ...tag};
}

const endless = 'the anchors expand without end';

function followAlias(reader: Reader, alias: Alias, path: Path, spot: Spot, key: Node | undefined): Located {
	const name = alias.source;
	const target = alias.resolve(reader.document);
	if (target === undefined || reader.aliases.includes(name)) {
		const [start, end] = spanOf(alias);
		const missing = target === undefined;
		const message = missing ? `there is no anchor ${quoted(name)}` : `the anchor ${quoted(name)} contains itself`;
		const hint = missing ? `write \`&${name}\` before the value that is meant` : 'write the values out';
		report(reader, start, end, 'E_SPEC_SYNTAX', message, hint);
		return {kind: 'scalar', value: undefined, spot};
	}
	reader.aliases.push(name);
	const value = readNode(reader, target, path, key);
	reader.aliases.pop();
	return value;
}

function readMap(reader: Reader, map: YAMLMap, path: Path): ReadonlyMap<string, Located> {
	return new Map(
		[...pairsOf(reader, map)]
			.filter(([name]) => reader.keepsExtensions || !isExtension(name, path))
			.map(([name, pair]) => {
				const key = asNode(pair.key) ?? undefined;
				return [name, readNode(reader, asNode(pair.value), [...path, name], key)] as const;
			}),
	);
}

/** A map's pairs, including those from `<<`. Own pairs win, then earlier maps over later ones (YAML merge key type). */
function pairsOf(reader: Reader, map: YAMLMap): Map<string, Pair> {
	const own = new Map<string, Pair>();
	const merges: (Node | null)[] = [];
	for (const pair of map.items) {
		const key = asNode(pair.key);
		const name = isScalar(key) ? (typeof key.value === 'string' ? key.value : key.source) : undefined;
		if (isScalar(key) && key.source === '<<' && key.type === 'PLAIN') {
			merges.push(asNode(pair.value));
		} else if (name === undefined || name === '__proto__') {
			const [start, end] = spanOf(key);
			report(reader, start, end, 'E_SPEC_SYNTAX', 'a key must be a plain word', 'put the key in quotes');
		} else {
			own.set(name, pair);
		}
	}
	for (const merge of merges.flatMap(node => (isSeq(node) ? node.items.map(asNode) : [node]))) {
		for (const [name, pair] of mergedPairs(reader, merge)) if (!own.has(name)) own.set(name, pair);
	}
	return own;
}

function mergedPairs(reader: Reader, node: Node | null): Map<string, Pair> {
	const target = isAlias(node) ? node.resolve(reader.document) : node;
	const name = isAlias(node) ? node.source : '';
	const [start, end] = spanOf(node);
	reader.aliased += 1;
	if (!isMap(target)) {
		report(reader, start, end, 'E_SPEC_SYNTAX', '`<<` takes a map, or a list of maps', 'point it at a map');
	} else if (reader.aliases.includes(name)) {
		report(reader, start, end, 'E_SPEC_SYNTAX', `the anchor ${quoted(name)} contains itself`, 'write the values out');
	} else if (reader.aliased <= mostAliasedNodes) {
		reader.aliases.push(name);
		const pairs = pairsOf(reader, target);
		reader.aliases.pop();
		return pairs;
	}
	return new Map();
}

/** Maps whose keys the user chooses, so that `x-` has no special meaning. */
const freeMaps = new Set<string | number>([
	'additional_contexts',
	'annotations',
	'args',
	'aux_addresses',
	'configs',
	'depends_on',
	'driver_opts',
	'environment',
	'extra_hosts',
	'labels',
	'models',
	'networks',
	'options',
	'secrets',
	'services',
	'storage_opt',
	'sysctls',
	'volumes',
]);

function isExtension(name: string, path: Path): boolean {
	return name.startsWith('x-') && !freeMaps.has(path.at(-1) ?? '');
}

function report(reader: Reader, start: number, end: number, code: Problem['code'], message: string, hint: string) {
	reader.problems.push({code, place: {kind: 'text', source: reader.source, start, end}, message, hint});
}

function spanOf(node: Node | null, fallback?: Node): readonly [number, number] {
	const range = node?.range ?? fallback?.range;
	return range === undefined || range === null ? [0, 1] : [range[0], Math.max(range[1], range[0] + 1)];
}

/** The YAML library types keys and values as unknown, but after parsing they are nodes. */
function asNode(value: unknown): Node | null {
	return isScalar(value) || isMap(value) || isSeq(value) || isAlias(value) ? value : null;
}
