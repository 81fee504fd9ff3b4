/**
 * The words of an instruction in JSON form; undefined when it is not JSON, and `mixed` when the list holds something else than text.
 * Source: Dockerfile reference, "Exec form".
 */
export function jsonForm(rest: string): readonly string[] | 'mixed' | undefined {
	if (!rest.startsWith('[')) return undefined;
	let value: unknown;
	try {
		value = JSON.parse(rest);
	} catch {
		return undefined;
	}
	if (!Array.isArray(value)) return undefined;
	const words: readonly unknown[] = value;
	return words.every(word => typeof word === 'string') ? words : 'mixed';
}

/** Whether text was probably meant as JSON: single quotes instead of double ones are the usual mistake. */
export function looksLikeJson(rest: string): boolean {
	return /^\[\s*(?:"[^"]*"|'[^']*')\s*(?:,[^[\]]*)?\]$/.test(rest);
}
