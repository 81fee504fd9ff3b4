import type {Service} from '../model/project.ts';
import {isBlank} from '../project/unset-keys.ts';
import {splitShellWords} from '../syntax/shell-words.ts';
import {parseDuration} from '../values/duration.ts';
import {parseSize} from '../values/size.ts';
import {canonicalBuild} from './canonical-build.ts';
import {canonicalDevice, canonicalPorts, canonicalVolume} from './long-forms.ts';
import {byDefault, entriesOf, list, map, type Resolved, scalar, textOf} from './resolved.ts';
import {asList, labelMap, variableMap, namedMap, nullKeys, sorted} from './shapes.ts';

/** What a service is resolved with. */
export interface ServiceAround {
	/** Makes a path absolute, unless paths stay as they are written. */
	readonly path: (text: string) => string;
	/** The service as it was read, for what its env files say; undefined to leave those out. */
	readonly read: Service | undefined;
}

type Canonical = (value: Resolved, around: ServiceAround) => Resolved;

/** The long form of each key that has a short one. A value that does not fit stays as it is. */
const keys: Readonly<Record<string, Canonical>> = {
	annotations: labelMap,
	build: canonicalBuild,
	command: words,
	configs: value => asList(value, item => given(item)),
	depends_on: value => namedMap(value, {condition: scalar('service_started'), required: scalar(true)}),
	deploy: withBytes,
	devices: value => asList(value, canonicalDevice),
	dns: value => asList(value),
	dns_search: value => asList(value),
	entrypoint: words,
	env_file: (value, {path}) => asList(value, item => envFile(item, path)),
	environment: variableMap,
	expose: value => asList(value, item => scalar(textOf(item) ?? null, item.origin)),
	extra_hosts: hosts,
	healthcheck,
	label_file: (value, {path}) => asList(value, item => scalar(path(textOf(item) ?? ''), item.origin)),
	labels: labelMap,
	mem_limit: bytes,
	mem_reservation: bytes,
	memswap_limit: bytes,
	networks: value => nullKeys(value),
	ports: value => list(value.kind === 'list' ? value.items.flatMap(canonicalPorts) : [value], value.origin),
	rootfs: (value, {path}) => {
		const text = textOf(value);
		return text === undefined || text === 'host' || text === 'minimal' ? value : scalar(path(text), value.origin);
	},
	secrets: value => asList(value, item => given(item)),
	shm_size: bytes,
	sysctls: labelMap,
	stop_grace_period: duration,
	tmpfs: value => asList(value),
	volumes: (value, {path}) => asList(value, item => canonicalVolume(item, path)),
};

/** A service with long forms in place of short ones, in the order in which Compose writes its keys. */
export function canonicalService(service: Resolved, around: ServiceAround): Resolved {
	const {read} = around;
	const own = entriesOf(service);
	const isSaid = ([key, value]: readonly [string, Resolved]): boolean =>
		key !== 'extends' && !isBlank(key, textOf(value), other => own.has(other));
	const written = new Map([...own].filter(isSaid));
	const long = new Map([...written].map(([key, value]) => [key, keys[key]?.(value, around) ?? value]));
	if (read !== undefined) {
		long.delete('env_file');
		const environment = environmentOf(read, entriesOf(long.get('environment')));
		if (environment === undefined) long.delete('environment');
		else long.set('environment', environment);
	}
	for (const key of ['command', 'entrypoint']) if (!long.has(key)) long.set(key, scalar(null));
	if (!long.has('networks') && !long.has('network_mode')) long.set('networks', map({default: scalar(null)}));
	const order = ([one]: readonly [string, Resolved], [other]: readonly [string, Resolved]): number =>
		Number(other === 'profiles') - Number(one === 'profiles') || (one < other ? -1 : 1);
	return {kind: 'map', entries: new Map([...long].sort(order)), origin: service.origin};
}

/** The variables of a service, with those of its env files. */
function environmentOf(
	{environment, withoutVariables = [], origins}: Service,
	written: ReadonlyMap<string, Resolved>,
): Resolved | undefined {
	const entries = [
		...Object.entries(environment).map(([name, value]) => [name, value] as const),
		...withoutVariables.map(name => [name, null] as const),
	];
	if (entries.length === 0) return undefined;
	const sorted = entries.sort(([one], [other]) => (one < other ? -1 : 1));
	return map(
		Object.fromEntries(
			sorted.map(([name, value]) => [
				name,
				scalar(value, origins[`environment.${name}`] ?? written.get(name)?.origin ?? byDefault),
			]),
		),
	);
}

function words(value: Resolved): Resolved {
	const text = textOf(value);
	if (text === undefined) return value;
	const split = splitShellWords(text);
	if (!split.ok) return value;
	return list(
		split.value.map(word => scalar(word, value.origin)),
		value.origin,
	);
}

/** Sizes as Compose writes them: bytes, in quotes. */
function bytes(value: Resolved): Resolved {
	const text = textOf(value);
	const size = text === undefined ? undefined : parseSize(text);
	return size?.ok === true ? scalar(String(size.value), value.origin) : value;
}

function withBytes(deploy: Resolved): Resolved {
	if (deploy.kind !== 'map') return deploy;
	const entries = [...deploy.entries].map(([key, value]): readonly [string, Resolved] => {
		if (key === 'memory') return [key, bytes(value)];
		return [key, key === 'labels' ? labelMap(value) : withBytes(value)];
	});
	return {...deploy, entries: new Map(entries)};
}

/** A secret or config of a service. */
function given(item: Resolved): Resolved {
	return textOf(item) === undefined ? item : map({source: scalar(textOf(item) ?? null, item.origin)}, item.origin);
}

function envFile(item: Resolved, path: (text: string) => string): Resolved {
	const text = textOf(item);
	if (text !== undefined) return map({path: scalar(path(text), item.origin), required: scalar(true)}, item.origin);
	const own = entriesOf(item).get('path');
	if (item.kind !== 'map' || own === undefined) return item;
	return {...item, entries: new Map([...item.entries, ['path', scalar(path(textOf(own) ?? ''), own.origin)]])};
}

/** `HOST=ADDRESS` for each host. */
function hosts(value: Resolved): Resolved {
	if (value.kind === 'list')
		return asList(value, item =>
			scalar((textOf(item) ?? '').replace(/^([^=:]+)[:=]\[?([^\]]*)\]?$/, '$1=$2'), item.origin),
		);
	const items = [...entriesOf(value)].flatMap(([host, addresses]) =>
		(addresses.kind === 'list' ? addresses.items : [addresses]).map(each =>
			scalar(`${host}=${textOf(each) ?? ''}`, each.origin),
		),
	);
	return list(items, value.origin);
}

function healthcheck(value: Resolved): Resolved {
	const entries = [...entriesOf(value)].map(([key, own]): readonly [string, Resolved] => {
		const text = textOf(own);
		if (key !== 'test') return [key, key === 'retries' ? own : duration(own)];
		if (text === undefined) return [key, own];
		return [key, list([scalar('CMD-SHELL', own.origin), scalar(text, own.origin)], own.origin)];
	});
	return value.kind === 'map' ? sorted({...value, entries: new Map(entries)}) : value;
}

/** A duration as Go writes it: `1m30s`. */
function duration(value: Resolved): Resolved {
	const text = textOf(value);
	const parsed = text === undefined ? undefined : parseDuration(text);
	if (parsed?.ok !== true) return value;
	const ms = parsed.value;
	if (ms > 0 && ms < 1000) return scalar(`${ms}ms`, value.origin);
	const [hours, minutes] = [Math.floor(ms / 3_600_000), Math.floor(ms / 60_000) % 60];
	const seconds = `${Number(((ms % 60_000) / 1000).toFixed(3))}s`;
	return scalar(
		hours > 0 ? `${hours}h${minutes}m${seconds}` : minutes > 0 ? `${minutes}m${seconds}` : seconds,
		value.origin,
	);
}
