import {bytes} from '../../spec/values/bytes.ts';
import {age} from '../text/duration.ts';
import {escapeText} from '../text/escape.ts';
import type {Look} from '../text/look.ts';
import {table} from '../text/table.ts';

/** A stored image as `images` shows it. */
export interface ImageRow {
	/** `sha256:` and 64 hex digits. */
	readonly digest: string;
	readonly archive: string;
	readonly bytes: number;
	readonly entries: number;
	/** Milliseconds since the epoch. */
	readonly created: number;
	/** Names of the containers that use the image. */
	readonly usedBy: readonly string[];
	/** The host uid that root of the image is mapped to, unless it is 0. */
	readonly root?: number;
}

const header = ['DIGEST', 'SIZE', 'FILES', 'CREATED', 'IN USE BY'];

/** One line per stored image, with a column for the mapped root where an image has one. `now` is in ms since the epoch. */
export function imagesTable(images: readonly ImageRow[], now: number, {width, fit}: Look): string {
	const owned = images.some(image => image.root !== undefined);
	const rows = images.map(image => [
		image.digest.replace(/^sha256:/, '').slice(0, 12),
		bytes(image.bytes),
		String(image.entries),
		`${age(now - image.created)} ago`,
		image.usedBy.length === 0 ? '-' : image.usedBy.map(escapeText).join(','),
		...(owned ? [String(image.root ?? 0)] : []),
		escapeText(image.archive),
	]);
	return table([[...header, ...(owned ? ['ROOT UID'] : []), 'ARCHIVE'], ...rows], width, {columns: fit});
}
