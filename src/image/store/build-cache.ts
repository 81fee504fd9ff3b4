import type {Host} from '../../host/host.ts';
import {hasBlob} from './blobs.ts';
import type {LayerRecord} from './images.ts';
import {isObject, parseJson} from './json.ts';
import {readLower} from './lower.ts';

/** What a row of a build made before: its layer, or null when it changed no file. */
export interface CachedRow {
	readonly schema: 1;
	readonly key: string;
	readonly layer: LayerRecord | null;
	/** The command as the history has it, for people. */
	readonly command: string;
	/** ms since the epoch. */
	readonly made: number;
}

/** Something that builds keep, and its place. */
export interface CachePlace {
	/** The record of a row, the folder of a mount. */
	readonly path: string;
	/** When a build last asked for it, ms since the epoch; a row says so to the hour. */
	readonly used: number;
}

/** A folder of `RUN --mount=type=cache`. */
export interface CachedMount extends CachePlace {
	/** The id that Dockerfiles have; the name of the folder if it is not known. */
	readonly id: string;
	/** The digest of the id, in hex. */
	readonly key: string;
}

/** The folder of what builds keep for later ones. */
const cacheFolder = (store: string): string => `${store}/build`;
/** The folder of the records of rows. */
export const rowsFolder = (store: string): string => `${cacheFolder(store)}/rows`;
/** The folder of all cache mounts. */
export const mountsFolder = (store: string): string => `${cacheFolder(store)}/mounts`;
const hex = /^[0-9a-f]{64}$/;
const hour = 3_600_000;

/** The folder of a mount by the digest of its id, in hex: with `files`, and `id`. */
export function mountFolder(store: string, key: string): string {
	return `${mountsFolder(store)}/${key}`;
}

/** Notes that a build uses a mount. */
export function noteMount(host: Host, store: string, key: string, id: string): void {
	host.writeWhole(`${mountFolder(store, key)}/id`, id, 0o600);
}

/**
 * What a row made before, which counts as a use of it; undefined when the store no longer has its layer.
 *
 * @param key - `cacheKey` of the layers below and of the inputs of the row, in hex
 */
export function readCached(host: Host, store: string, key: string): CachedRow | undefined {
	const row = rowOf(host, store, key);
	if (row === undefined || !hasLayer(host, store, row)) return undefined;
	// Each write is synced to the disk, which would be the slowest part of a build that finds all.
	if (host.now() - (host.lstat(rowPath(store, key))?.mtimeMs ?? 0) > hour) keepCached(host, store, row);
	return row;
}

/** Keeps what a row made. */
export function keepCached(host: Host, store: string, row: CachedRow): void {
	host.mkdirs(rowsFolder(store), 0o700);
	host.writeAtomic(rowPath(store, row.key), `${JSON.stringify(row)}\n`, 0o600);
}

/** All rows that a build could find. */
export function cachedRows(host: Host, store: string): readonly (CachedRow & CachePlace)[] {
	return rowKeys(host, store).flatMap(key => {
		const [row, path] = [rowOf(host, store, key), rowPath(store, key)];
		return row === undefined ? [] : [{...row, path, used: host.lstat(path)?.mtimeMs ?? 0}];
	});
}

/** All folders of cache mounts. */
export function cachedMounts(host: Host, store: string): readonly CachedMount[] {
	return host
		.list(mountsFolder(store))
		.filter(key => hex.test(key))
		.map(key => {
			const path = mountFolder(store, key);
			const used = (host.lstat(`${path}/id`) ?? host.lstat(path))?.mtimeMs ?? 0;
			return {key, id: host.readText(`${path}/id`) ?? key, path, used};
		});
}

/** Records of rows that are damaged or whose layer is gone. */
export function deadRows(host: Host, store: string): readonly string[] {
	return rowKeys(host, store)
		.filter(key => {
			const row = rowOf(host, store, key);
			return row === undefined || !hasLayer(host, store, row);
		})
		.map(key => rowPath(store, key));
}

/** Lock files of mounts that were removed. Nobody may have one while a build runs. */
export function idleLocks(host: Host, store: string): readonly string[] {
	const names = host.list(mountsFolder(store));
	return names
		.filter(name => name.endsWith('.lock') && !names.includes(name.slice(0, -'.lock'.length)))
		.map(name => `${mountsFolder(store)}/${name}`);
}

const rowPath = (store: string, key: string): string => `${rowsFolder(store)}/${key}.json`;

function rowKeys(host: Host, store: string): readonly string[] {
	return host
		.list(rowsFolder(store))
		.map(name => (name.endsWith('.json') ? name.slice(0, -'.json'.length) : ''))
		.filter(key => hex.test(key));
}

function rowOf(host: Host, store: string, key: string): CachedRow | undefined {
	const value = parseJson(host.readText(rowPath(store, key)) ?? '');
	return isCached(value) && value.key === key ? value : undefined;
}

function hasLayer(host: Host, store: string, {layer}: CachedRow): boolean {
	return layer === null || (hasBlob(host, store, layer.digest) && readLower(host, store, layer) !== undefined);
}

function isCached(value: unknown): value is CachedRow {
	if (!isObject(value)) return false;
	const {schema, key, layer, command, made} = value;
	return (
		schema === 1 &&
		typeof key === 'string' &&
		typeof command === 'string' &&
		typeof made === 'number' &&
		(layer === null ||
			(isObject(layer) &&
				[layer['diffId'], layer['digest'], layer['mediaType']].every(each => typeof each === 'string') &&
				typeof layer['size'] === 'number'))
	);
}
