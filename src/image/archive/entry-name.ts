/** Longest part of a name that is shown; an archive may hold names of a megabyte. */
const shownLength = 200;

/**
 * A name from an archive for an error message, in quotes. Names are bytes, kept one per character (latin1);
 * UTF-8 is shown as such. What could move a cursor or turn the direction of the writing is shown as `\x1b`, and so are
 * the bytes of a name that is not UTF-8.
 */
export function shownName(name: string): string {
	const bytes = name.slice(0, shownLength);
	const text = Buffer.from(bytes, 'latin1').toString('utf8');
	const shown = text.includes('\uFFFD')
		? bytes.replace(/[^\x20-\x7e]|["\\]/g, escaped)
		: text.replace(/[\p{C}\p{Zl}\p{Zp}"\\]/gu, escaped);
	return `"${shown}${name.length > shownLength ? '…' : ''}"`;
}

function escaped(character: string): string {
	if (character === '"' || character === '\\') return `\\${character}`;
	const code = character.codePointAt(0) ?? 0;
	return code <= 0xff ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
}
