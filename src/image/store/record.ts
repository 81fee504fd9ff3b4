import type {Host} from '../../host/host.ts';
import {isObject, parseJson} from './json.ts';
import {imageFolder, type ImageName} from './store.ts';

/** The `image.json` of a stored image. It is written last: an image without it is incomplete. */
export interface ImageRecord {
	readonly schema: 1;
	readonly digest: string;
	/** The path that the archive was unpacked from, for display. */
	readonly archive: string;
	/** Disk use in blocks of 4096 bytes; null when a compiled script unpacked it, because the script does not count. */
	readonly bytes: number | null;
	readonly entries: number | null;
	/** Milliseconds since the epoch. */
	readonly created: number;
}

/** The record of a stored image; undefined when the image is missing or incomplete, or its record is damaged. */
export function readRecord(host: Host, store: string, image: ImageName): ImageRecord | undefined {
	const text = host.readText(`${imageFolder(store, image)}/image.json`);
	const record = text === undefined ? undefined : parseJson(text);
	return isRecord(record) && record.digest === image.digest ? record : undefined;
}

/** The text of an `image.json`. */
export function recordText(record: ImageRecord): string {
	return `${JSON.stringify(record)}\n`;
}

function isRecord(value: unknown): value is ImageRecord {
	if (!isObject(value)) return false;
	const {schema, digest, archive, bytes, entries, created} = value;
	return (
		schema === 1 &&
		typeof digest === 'string' &&
		typeof archive === 'string' &&
		isCount(bytes) &&
		isCount(entries) &&
		typeof created === 'number'
	);
}

function isCount(value: unknown): boolean {
	return value === null || typeof value === 'number';
}
