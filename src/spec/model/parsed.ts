/** What a value parser gives: the value, or a predicate that says what is wrong (`must be a size such as ...`). */
export type Parsed<T> =
	| {readonly ok: true; readonly value: T}
	| {readonly ok: false; readonly problem: string; readonly hint?: string};

/** A value that was understood. */
export function good<T>(value: T): Parsed<T> {
	return {ok: true, value};
}

/** A value that was not; `problem` continues the sentence "`key` ...". */
export function bad(problem: string, hint?: string): {readonly ok: false; problem: string; hint?: string} {
	return hint === undefined ? {ok: false, problem} : {ok: false, problem, hint};
}

/**
 * A word of the user's in backticks, safe for a terminal: control characters are escaped, since a spec may come from a
 * stranger, and 80 characters are enough to recognise it.
 */
export function quoted(word: string | number | boolean): string {
	const text = String(word).replace(
		/[\x00-\x1f\x7f-\x9f]/g,
		c => `\\x${(c.codePointAt(0) ?? 0).toString(16).padStart(2, '0')}`,
	);
	return `\`${text.length > 80 ? `${text.slice(0, 79)}…` : text}\``;
}
