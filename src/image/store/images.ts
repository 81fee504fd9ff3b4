import {createHash} from 'node:crypto';
import type {Host} from '../../host/host.ts';
import {isObject, parseJson} from './json.ts';
import {manifestsFolder, namesFolder} from './store.ts';

/** A layer of an image. */
export interface LayerRecord {
	/** The digest of the plain tar: the layer's identity on disk. */
	readonly diffId: string;
	/** The digest of the blob that registries have. */
	readonly digest: string;
	/** Bytes of the blob. */
	readonly size: number;
	readonly mediaType: string;
}

/** A complete image. Its record is written when its last layer is unpacked. */
export interface OciImageRecord {
	readonly schema: 1;
	/** The digests of its manifest and its configuration; both are blobs of the store. */
	readonly manifest: string;
	readonly config: string;
	/** The base first. */
	readonly layers: readonly LayerRecord[];
	/** When it came into the store, milliseconds since the epoch. */
	readonly created: number;
}

/** A name of an image, such as `docker.io/library/nginx:1.27`, and what it points to. */
export interface NameRecord {
	readonly schema: 1;
	readonly name: string;
	/** The digest that the registry's tag points to: of a manifest, or of an index of several platforms. */
	readonly digest: string;
	/** The digest of the manifest for this machine. */
	readonly manifest: string;
	/** When a registry was last asked, or the image made, milliseconds since the epoch. */
	readonly pulled: number;
	/** The image was made here, so that a registry need not have it. */
	readonly isLocal?: true;
}

/** The record of a complete image; undefined when the store does not have it. */
export function readImage(host: Host, store: string, manifest: string): OciImageRecord | undefined {
	const value = parseJson(host.readText(imagePath(store, manifest)) ?? '');
	return isImage(value) && value.manifest === manifest ? value : undefined;
}

/** All complete images, newest first. */
export function allImages(host: Host, store: string): readonly OciImageRecord[] {
	return host
		.list(manifestsFolder(store))
		.flatMap(file => readImage(host, store, `sha256:${file.replace(/\.json$/, '')}`) ?? [])
		.sort((a, b) => b.created - a.created || a.manifest.localeCompare(b.manifest));
}

/** Keeps the record of an image; from then on it can be used. */
export function keepImage(host: Host, store: string, image: OciImageRecord): void {
	host.mkdirs(manifestsFolder(store), 0o700);
	host.writeAtomic(imagePath(store, image.manifest), `${JSON.stringify(image)}\n`, 0o600);
}

/** The path of an image's record. */
export function imagePath(store: string, manifest: string): string {
	return `${manifestsFolder(store)}/${manifest.slice('sha256:'.length)}.json`;
}

/** What a name points to; undefined for a name that the store does not have. */
export function readName(host: Host, store: string, name: string): NameRecord | undefined {
	const value = parseJson(host.readText(namePath(store, name)) ?? '');
	return isName(value) && value.name === name ? value : undefined;
}

/** All names, sorted. */
export function allNames(host: Host, store: string): readonly NameRecord[] {
	return (
		host
			.list(namesFolder(store))
			// A temporary file that a killed writer left is whole, but nobody was told of it.
			.filter(file => file.endsWith('.json'))
			.map(file => parseJson(host.readText(`${namesFolder(store)}/${file}`) ?? ''))
			.filter(isName)
			.sort((a, b) => (a.name < b.name ? -1 : 1))
	);
}

/** Points a name to an image, in place of the one that had it. */
export function keepName(host: Host, store: string, record: NameRecord): void {
	host.mkdirs(namesFolder(store), 0o700);
	host.writeAtomic(namePath(store, record.name), `${JSON.stringify(record)}\n`, 0o600);
}

/** The path of a name's record. A name may be longer than a file name, so the file has the name's digest. */
export function namePath(store: string, name: string): string {
	return `${namesFolder(store)}/${createHash('sha256').update(name).digest('hex')}.json`;
}

function isImage(value: unknown): value is OciImageRecord {
	if (!isObject(value)) return false;
	const {schema, manifest, config, layers, created} = value;
	return (
		schema === 1 &&
		typeof manifest === 'string' &&
		typeof config === 'string' &&
		typeof created === 'number' &&
		Array.isArray(layers) &&
		layers.every(
			layer =>
				isObject(layer) &&
				[layer['diffId'], layer['digest'], layer['mediaType']].every(each => typeof each === 'string') &&
				typeof layer['size'] === 'number',
		)
	);
}

function isName(value: unknown): value is NameRecord {
	if (!isObject(value)) return false;
	const {schema, name, digest, manifest, pulled} = value;
	return schema === 1 && [name, digest, manifest].every(each => typeof each === 'string') && typeof pulled === 'number';
}
