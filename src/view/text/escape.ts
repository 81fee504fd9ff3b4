// C0 and C1 controls, the bidi marks and overrides of Unicode 16 (UAX #9), line and paragraph separators, zero-width and byte-order marks.
const unsafe = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/**
 * Makes text from outside safe to print on a terminal. Control characters and characters that reorder text become `\xNN` or
 * `\u{NNNN}`, so that no name in an image can move the cursor, set a title, or hide a word.
 */
export function escapeText(text: string): string {
	return text.replace(unsafe, escapeCharacter);
}

/** Like {@link escapeText}, for the output of a tool: line breaks and tabs stay. */
export function escapeLines(text: string): string {
	return text.replace(unsafe, character =>
		character === '\n' || character === '\t' ? character : escapeCharacter(character),
	);
}

/** Escapes the characters that JSON allows but a terminal obeys: C1 controls, and characters that reorder or hide text. */
export function escapeJson(json: string): string {
	return json.replace(unsafe, character =>
		character === '\n' ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
	);
}

function escapeCharacter(character: string): string {
	if (character === '\n') return '\\n';
	if (character === '\t') return '\\t';
	const code = character.codePointAt(0) ?? 0;
	return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
}
