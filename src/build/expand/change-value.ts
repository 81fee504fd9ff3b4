import {matchEnds, readPattern} from './wildcard.ts';

/** `${name#pattern}`: the value without the shortest prefix that matches, or without the longest. */
export function withoutPrefix(value: string, pattern: string, longest: boolean): string {
	const text = Array.from(value);
	const ends = matchEnds(readPattern(pattern), text);
	return text.slice((longest ? ends.at(-1) : ends[0]) ?? 0).join('');
}

/** `${name%pattern}`: the value without the shortest suffix that matches, or without the longest. */
export function withoutSuffix(value: string, pattern: string, longest: boolean): string {
	const text = Array.from(value).toReversed();
	const ends = matchEnds(readPattern(pattern).toReversed(), text);
	return text
		.slice((longest ? ends.at(-1) : ends[0]) ?? 0)
		.toReversed()
		.join('');
}

/** `${name/pattern/replacement}`: the first longest match replaced, or all of them. */
export function replaced(value: string, pattern: string, replacement: string, all: boolean): string {
	const parts = readPattern(pattern);
	const text = Array.from(value);
	const result: string[] = [];
	let at = 0;
	// An empty match right behind a match is no match of its own.
	let lastEnd = -1;
	while (at <= text.length) {
		const end = matchEnds(parts, text, at).at(-1);
		if (end !== undefined && (end > at || at !== lastEnd)) {
			result.push(replacement);
			lastEnd = end;
			if (!all) return result.join('') + text.slice(end).join('');
		}
		if (end === undefined || end === at) result.push(text[at] ?? '');
		at = end === undefined || end === at ? at + 1 : end;
	}
	return result.join('');
}
