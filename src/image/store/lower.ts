import {createHash} from 'node:crypto';
import type {RangeMap} from '../../host/id-map.ts';
import type {Host} from '../../host/host.ts';
import {isObject, parseJson} from './json.ts';
import {lowerFolder} from './store.ts';

/** Identifies an unpacked layer: the digest of its plain tar, and the id map that shifts its owners. */
export interface LowerName {
	readonly diffId: string;
	readonly ids?: RangeMap | undefined;
}

/** The `layer.json` of an unpacked layer. It is written last: a layer without it is incomplete. */
export interface LowerRecord {
	readonly schema: 1;
	readonly diffId: string;
	/** Disk use in blocks of 4096 bytes. */
	readonly bytes: number;
	readonly entries: number;
	/** Folders that the layer has entries in, but no entry of their own: they have mode 0755 and belong to root. */
	readonly implied: readonly string[];
	/**
	 * Folders that hide what the layers below have there: one character a byte. Overlayfs reads an attribute, which Node cannot.
	 */
	readonly opaque: readonly string[];
	/** Milliseconds since the epoch. */
	readonly created: number;
}

/**
 * Hexadecimal digits of a digest that name a layer's folder. All lower layers of an overlay must fit into the one page of options that
 * mount(2) takes: 127 layers of 64 digits do not. A layer whose first 64 bits are those of another one is refused.
 */
const digits = 16;

/** The name of a layer's folder: `0123456789abcdef`, with an id map `0123456789abcdef-01234567`. */
export function lowerId({diffId, ids}: LowerName): string {
	const short = diffId.slice('sha256:'.length, 'sha256:'.length + digits);
	if (ids === undefined) return short;
	const map = createHash('sha256').update(JSON.stringify([ids.uids, ids.gids]));
	return `${short}-${map.digest('hex').slice(0, 8)}`;
}

/** The folder of a layer, with `layer.json` and `fs`. */
export function lowerPlace(store: string, name: LowerName): string {
	return `${lowerFolder(store)}/${lowerId(name)}`;
}

/** The unpacked tree of a layer. */
export function lowerTree(store: string, name: LowerName): string {
	return `${lowerPlace(store, name)}/fs`;
}

/** The opaque folders of the layer with this tree; none for a folder that is no layer of the store. */
export function opaqueFolders(host: Host, tree: string): ReadonlySet<string> {
	const place = /^(.*\/lower\/[0-9a-f]{16}(?:-[0-9a-f]{8})?)\/fs$/.exec(tree)?.[1];
	return new Set(place === undefined ? [] : lowerRecordIn(host, place)?.opaque);
}

/** The record of an unpacked layer; undefined when it is missing, incomplete, or another layer whose digest begins the same. */
export function readLower(host: Host, store: string, name: LowerName): LowerRecord | undefined {
	const record = lowerRecordIn(host, lowerPlace(store, name));
	return record?.diffId === name.diffId ? record : undefined;
}

/** The record in the folder of any layer; undefined when there is none or it is damaged. */
export function lowerRecordIn(host: Host, folder: string): LowerRecord | undefined {
	const value = parseJson(host.readText(`${folder}/layer.json`) ?? '');
	return isLower(value) ? value : undefined;
}

function isLower(value: unknown): value is LowerRecord {
	if (!isObject(value)) return false;
	const {schema, diffId, bytes, entries, implied, opaque, created} = value;
	return (
		schema === 1 &&
		typeof diffId === 'string' &&
		[bytes, entries, created].every(each => typeof each === 'number') &&
		[implied, opaque].every(paths => Array.isArray(paths) && paths.every(each => typeof each === 'string'))
	);
}
