/** The result of a value parser: the value, or a predicate that describes the problem (`must be a size such as ...`). */
export type Parsed<T> =
	| {readonly ok: true; readonly value: T}
	| {readonly ok: false; readonly problem: string; readonly hint?: string};

/** A successful result. */
export function good<T>(value: T): Parsed<T> {
	return {ok: true, value};
}

/** A failed result; `problem` continues the sentence "`key` ...". */
export function bad(problem: string, hint?: string): {readonly ok: false; problem: string; hint?: string} {
	return hint === undefined ? {ok: false, problem} : {ok: false, problem, hint};
}

/**
 * The user's text in backticks, safe for a terminal. Control characters are escaped, because a spec may come from an
 * untrusted source. The text is cut at 80 characters.
 */
export function quoted(word: string | number | boolean): string {
	const text = String(word).replace(
		/[\x00-\x1f\x7f-\x9f]/g,
		c => `\\x${(c.codePointAt(0) ?? 0).toString(16).padStart(2, '0')}`,
	);
	return `\`${text.length > 80 ? `${text.slice(0, 79)}…` : text}\``;
}
