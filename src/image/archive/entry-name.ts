/** How much of a name is shown, bytes; an archive may contain names of a megabyte. */
const shownLength = 200;

/**
 * Quotes an archive's entry name for an error message. Names are bytes, one per character (latin1); valid UTF-8 is shown decoded.
 * Characters that could move the cursor or change the writing direction are shown as `\x1b`, and so are the bytes of a name
 * that is not UTF-8.
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
