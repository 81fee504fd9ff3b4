import {parseVolume} from '../values/volume.ts';
import {pathTable} from './path-table.ts';

/*
 * How values of two Compose files come together: Compose Specification, "Merge". Maps are merged by their keys, lists are put one behind the
 * other without words that are there, and of other values the last one holds, but for what stands here.
 */

/** What is special about a value. */
export type MergeRule =
	/** The last value holds as a whole. */
	| {readonly kind: 'replaced'}
	/** A list of `NAME=VALUE`, or of `NAME:VALUE`, is a map. */
	| {readonly kind: 'pairs'; readonly separator: RegExp}
	/** A list of names is a map whose values are left out. */
	| {readonly kind: 'names'}
	/** A word is a map with this key. */
	| {readonly kind: 'short'; readonly key: string}
	/** A word is a list of one; of entries with the same identity the last one holds. */
	| {readonly kind: 'set'; readonly identity: (entry: unknown) => unknown};

const replaced: MergeRule = {kind: 'replaced'};
const pairs: MergeRule = {kind: 'pairs', separator: /=/};
const names: MergeRule = {kind: 'names'};
/** What is the same in two lists: words, and nothing else. */
export function wordIdentity(entry: unknown): unknown {
	return typeof entry === 'object' ? Symbol('no word') : entry;
}

const words: MergeRule = {kind: 'set', identity: wordIdentity};

/** The rules by dotted paths; `*` is a key that the user chooses. */
const rules: Readonly<Record<string, MergeRule>> = {
	'services.*.annotations': pairs,
	'services.*.build': {kind: 'short', key: 'context'},
	'services.*.build.additional_contexts': pairs,
	'services.*.build.args': pairs,
	'services.*.build.extra_hosts': {kind: 'pairs', separator: /[=:]/},
	'services.*.build.labels': pairs,
	'services.*.command': replaced,
	'services.*.configs': {kind: 'set', identity: fileIdentity},
	'services.*.depends_on': names,
	'services.*.deploy.labels': pairs,
	'services.*.devices': {kind: 'set', identity: targetIdentity},
	'services.*.dns': words,
	'services.*.dns_search': words,
	'services.*.entrypoint': replaced,
	'services.*.env_file': words,
	'services.*.environment': pairs,
	'services.*.extra_hosts': {kind: 'pairs', separator: /[=:]/},
	'services.*.healthcheck.test': replaced,
	'services.*.label_file': words,
	'services.*.labels': pairs,
	'services.*.networks': names,
	'services.*.ports': {kind: 'set', identity: portIdentity},
	'services.*.secrets': {kind: 'set', identity: fileIdentity},
	'services.*.sysctls': pairs,
	'services.*.tmpfs': words,
	'services.*.volumes': {kind: 'set', identity: targetIdentity},
	'networks.*.labels': pairs,
	'volumes.*.labels': pairs,
};

/** The rule for the value at a path of a file with services; undefined for one that is like others of its kind. */
export const ruleOf = pathTable(rules);

/** The value of a key in an entry of the long form. */
function field(entry: unknown, key: string): unknown {
	return typeof entry === 'object' && entry !== null ? Reflect.get(entry, key) : undefined;
}

/** Where a secret or a config is seen in the container. */
function fileIdentity(entry: unknown): string {
	return typeof entry === 'string' ? entry : String(field(entry, 'target') ?? field(entry, 'source'));
}

/** Where a mount or a device is seen in the container. */
function targetIdentity(entry: unknown): string {
	if (typeof entry !== 'string') return String(field(entry, 'target'));
	const parsed = parseVolume(entry);
	return parsed.ok ? parsed.value.target : (entry.split(':')[1] ?? entry);
}

/** Address and port of the host, port of the container, protocol. */
function portIdentity(entry: unknown): string {
	if (typeof entry !== 'object' || entry === null) {
		const [, outside = '', target = '', protocol = 'tcp'] =
			/^(?:(.*):)?([^:/]+)(?:\/(\w+))?$/.exec(String(entry)) ?? [];
		const [, address = '', published = ''] = /^(?:(.*):)?([^:]*)$/.exec(outside) ?? [];
		return [address, published, target, protocol].join(' ');
	}
	const part = (key: string, otherwise = ''): string => {
		const value = field(entry, key);
		return typeof value === 'string' || typeof value === 'number' ? String(value) : otherwise;
	};
	return [part('host_ip'), part('published'), part('target'), part('protocol', 'tcp')].join(' ');
}
