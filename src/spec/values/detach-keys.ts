import {bad, good, type Parsed, quoted} from '../model/parsed.ts';

/** The bytes that a terminal sends for ctrl-p,ctrl-q, the default of Docker and Podman. */
export const usualDetachKeys: readonly number[] = [16, 17];

const usual = 'must be keys such as `ctrl-p,ctrl-q`, `ctrl-]` or `d`';

/**
 * Parses keys separated by commas into bytes. A key is `ctrl-` with a letter or one of `@ [ \ ] ^ _`, or a plain character.
 * A control key sends the five low bits of its character. Source: docker-attach(1), --detach-keys; ascii(7).
 */
export function parseDetachKeys(text: string): Parsed<readonly number[]> {
	const keys = text.split(',').map(byteOf);
	const known = keys.filter(key => key !== undefined);
	if (known.length !== keys.length) return bad(`${usual}, not ${quoted(text)}`);
	return good(known);
}

/** Formats the keys: `Ctrl-P Ctrl-Q`. */
export function detachKeyWords(keys: readonly number[]): string {
	return keys.map(key => (key < 0x20 ? `Ctrl-${String.fromCharCode(key | 0x40)}` : String.fromCharCode(key))).join(' ');
}

function byteOf(key: string): number | undefined {
	if (/^[\x21-\x7e]$/.test(key)) return key.charCodeAt(0);
	return /^ctrl-[a-z@[\\\]^_]$/.test(key) ? (key.at(-1) ?? '').charCodeAt(0) & 0x1f : undefined;
}
