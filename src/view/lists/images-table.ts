import {bytes} from '../../spec/values/bytes.ts';
import {age} from '../text/duration.ts';
import {escapeText} from '../text/escape.ts';
import type {Look} from '../text/look.ts';
import {table} from '../text/table.ts';

/** A stored image as `images` shows it. */
export interface ImageRow {
	readonly kind: 'archive' | 'image';
	/** The complete name of an image, the path of an archive; null for an image without a name. */
	readonly name: string | null;
	/** `sha256:` and 64 hex digits. */
	readonly digest: string;
	/** What the name points to in its registry. */
	readonly tagDigest: string | null;
	readonly bytes: number;
	/** Milliseconds since the epoch. */
	readonly created: number | null;
	/** Names of the containers that use the image. */
	readonly usedBy: readonly string[];
	/** The host uid that root of the image is mapped to, unless it is 0. */
	readonly root?: number;
}

/** How {@link imagesTable} draws. */
export interface ImagesLook extends Pick<Look, 'width' | 'fit'> {
	/** Do not shorten digests. */
	readonly whole?: boolean;
	/** Add a column of what names point to in their registry. */
	readonly tagDigests?: boolean;
}

/** One line per name of a stored image, with a column for the mapped root where an image has one. `now` is in ms since the epoch. */
export function imagesTable(images: readonly ImageRow[], now: number, look: ImagesLook): string {
	const {width, fit, whole = false, tagDigests = false} = look;
	const owned = images.some(image => image.root !== undefined);
	const header = ['NAME', ...(tagDigests ? ['TAG POINTS TO'] : []), 'DIGEST', 'SIZE', 'CREATED', 'USED BY'];
	const rows = images.map(image => [
		imageTitle(image.name, whole),
		...(tagDigests ? [image.tagDigest ?? '-'] : []),
		whole ? image.digest : shortDigest(image.digest),
		bytes(image.bytes),
		image.created === null ? '-' : `${age(now - image.created)} ago`,
		image.usedBy.length === 0 ? '-' : image.usedBy.map(escapeText).join(','),
		...(owned ? [String(image.root ?? 0)] : []),
	]);
	return table([[...header, ...(owned ? ['ROOT UID'] : [])], ...rows], width, {columns: fit});
}

/** The first 12 digits of a digest. */
export function shortDigest(digest: string): string {
	return digest.replace(/^sha256:/, '').slice(0, 12);
}

/**
 * A complete name as people write it: without `docker.io/library/`, and unless `whole` with few digits of a digest. `<none>` for an image
 * without a name.
 */
export function imageTitle(name: string | null, whole = false): string {
	if (name === null) return '<none>';
	const short = escapeText(name.replace(/^docker\.io\/(library\/)?/, ''));
	return whole ? short : short.replace(/(@sha256:[0-9a-f]{12})[0-9a-f]{52}$/, '$1');
}
