import type {Host} from '../../host/host.ts';
import {hasBlob} from '../../image/store/blobs.ts';
import type {LayerRecord} from '../../image/store/images.ts';
import {isObject, parseJson} from '../../image/store/json.ts';
import {readLower} from '../../image/store/lower.ts';
import type {RangeMap} from '../../host/id-map.ts';

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

/** The folder of what builds keep for later ones. */
export function cacheFolder(store: string): string {
	return `${store}/build`;
}

const rowsFolder = (store: string): string => `${cacheFolder(store)}/rows`;

/**
 * What a row made before; undefined when the store no longer has its layer.
 *
 * @param key - `cacheKey` of the layers below and of the inputs of the row, in hex
 */
export function readCached(host: Host, store: string, key: string, ids?: RangeMap): CachedRow | undefined {
	const value = parseJson(host.readText(`${rowsFolder(store)}/${key}.json`) ?? '');
	if (!isCached(value) || value.key !== key) return undefined;
	const {layer} = value;
	if (layer === null) return value;
	const isThere =
		hasBlob(host, store, layer.digest) && readLower(host, store, {diffId: layer.diffId, ids}) !== undefined;
	return isThere ? value : undefined;
}

/** Keeps what a row made. */
export function keepCached(host: Host, store: string, row: CachedRow): void {
	host.mkdirs(rowsFolder(store), 0o700);
	host.writeAtomic(`${rowsFolder(store)}/${row.key}.json`, `${JSON.stringify(row)}\n`, 0o600);
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
