import {parseVolume} from '../volumes/volume.ts';
import {pathTable} from './path-table.ts';

/*
 * How values of two Compose files come together: Compose Specification, "Merge". Maps are merged by their keys, lists are put one behind the
 * other without words that are there, and of other values the last one holds, but for what stands here.
 */

/** What is special about a value. */
export type MergeRule =
	/** The last value holds as a whole. */
	| {readonly kind: 'replaced'}
	/** A list of `NAME=VALUE` is a map. */
	| {readonly kind: 'pairs'}
	/** A list of names is a map in which each has this value. */
	| {readonly kind: 'names'; readonly value: Readonly<Record<string, string | boolean>> | null}
	/** A word is a map with this key. */
	| {readonly kind: 'short'; readonly key: string}
	/** A word is a list of one; of entries with the same identity the last one holds, or both together as one map. */
	| {readonly kind: 'set'; readonly identity: (entry: unknown) => unknown; readonly together?: true}
	/** A map is a list of `NAME=VALUE`: a name may have several values. */
	| {readonly kind: 'manyPairs'};

const replaced: MergeRule = {kind: 'replaced'};
const pairs: MergeRule = {kind: 'pairs'};
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
	'services.*.build.extra_hosts': {kind: 'manyPairs'},
	'services.*.build.labels': pairs,
	'services.*.command': replaced,
	'services.*.configs': {kind: 'set', identity: fileIdentity},
	'services.*.depends_on': {kind: 'names', value: {condition: 'service_started', required: true}},
	'services.*.deploy.labels': pairs,
	'services.*.devices': {kind: 'set', identity: targetIdentity},
	'services.*.dns': words,
	'services.*.dns_search': words,
	'services.*.entrypoint': replaced,
	'services.*.env_file': words,
	'services.*.environment': pairs,
	'services.*.extra_hosts': {kind: 'manyPairs'},
	'services.*.healthcheck.test': replaced,
	'services.*.label_file': words,
	'services.*.labels': pairs,
	'services.*.networks': {kind: 'names', value: null},
	'services.*.ports': {kind: 'set', identity: portIdentity},
	'services.*.secrets': {kind: 'set', identity: fileIdentity},
	'services.*.sysctls': pairs,
	'services.*.tmpfs': words,
	'services.*.volumes': {kind: 'set', identity: targetIdentity},
	'networks.*.ipam.config': {
		kind: 'set',
		identity: entry => field(entry, 'subnet') ?? Symbol('no subnet'),
		together: true,
	},
	'networks.*.labels': pairs,
	'volumes.*.labels': pairs,
};

/** The rule for the value at a path of a file with services; undefined for one that is like others of its kind. */
export const ruleOf = pathTable(rules);

/**
 * Where a value is as if its key were not there: no text, as of a variable that is not set, or no value at all. Source: compose-go, and
 * compose-spec.json of the Compose Specification, in which the others may be null.
 */
export const leftOutIf = pathTable<'' | null>({
	'services.*.dns': '',
	'services.*.dns.*': '',
	'services.*.command': null,
	'services.*.deploy': null,
	'services.*.develop': null,
	'services.*.entrypoint': null,
	'services.*.pid': null,
});

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
