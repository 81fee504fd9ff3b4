import {bytes} from './bytes.ts';
import {age} from './duration.ts';
import {escapeText} from './escape.ts';
import type {Look} from './look.ts';
import {table} from './table.ts';

/** What `images` shows of a stored root filesystem. */
export interface ImageRow {
	/** `sha256:` and 64 digits. */
	readonly digest: string;
	/** The archive it was unpacked from. */
	readonly archive: string;
	readonly bytes: number;
	readonly entries: number;
	/** Milliseconds since the epoch. */
	readonly created: number;
	/** Names of the containers that run on it. */
	readonly usedBy: readonly string[];
}

const header = ['DIGEST', 'SIZE', 'FILES', 'CREATED', 'IN USE BY', 'ARCHIVE'];

/** The stored images, a line each; `now` is in milliseconds since the epoch. */
export function imagesTable(images: readonly ImageRow[], now: number, {width}: Look): string {
	const rows = images.map(image => [
		image.digest.replace(/^sha256:/, '').slice(0, 12),
		bytes(image.bytes),
		String(image.entries),
		`${age(now - image.created)} ago`,
		image.usedBy.length === 0 ? '-' : image.usedBy.map(escapeText).join(','),
		escapeText(image.archive),
	]);
	return table([header, ...rows], width);
}
