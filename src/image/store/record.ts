import type {Host} from '../../host/host.ts';
import {imageFolder, type ImageName} from './store.ts';

/** The `image.json` of a stored image. It is written last: an image without it is not whole. */
export interface ImageRecord {
	readonly schema: 1;
	readonly digest: string;
	/** The path that the archive was unpacked from, for people. */
	readonly archive: string;
	/** Disk use in blocks of 4096 bytes; null when a compiled script unpacked it, which does not count. */
	readonly bytes: number | null;
	readonly entries: number | null;
	/** Milliseconds since the epoch. */
	readonly created: number;
}

/** The record of a stored image, or undefined when the image is not there, not whole, or its record is not readable. */
export function readRecord(host: Host, store: string, image: ImageName): ImageRecord | undefined {
	const text = host.readText(`${imageFolder(store, image)}/image.json`);
	const record = text === undefined ? undefined : parseJson(text);
	return isRecord(record) && record.digest === image.digest ? record : undefined;
}

/** The text of an `image.json`. */
export function recordText(record: ImageRecord): string {
	return `${JSON.stringify(record)}\n`;
}

/** The value of a JSON text, or undefined when it is none: records may be cut short by a crash of the machine. */
export function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

function isRecord(value: unknown): value is ImageRecord {
	if (typeof value !== 'object' || value === null) return false;
	const {schema, digest, archive, bytes, entries, created} = value as Partial<Record<keyof ImageRecord, unknown>>;
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
