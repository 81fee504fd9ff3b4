import {BadExpansion} from './bad-expansion.ts';

/** One part of a shell pattern: a character, any character (`?`), or any number of them (`*`). */
export interface PatternPart {
	readonly kind: 'character' | 'any' | 'many';
	/** The character. */
	readonly text?: string;
}

/**
 * Reads the pattern of `${name#pattern}` and its kind: `*`, `?`, and a backslash before these and before itself. As in BuildKit's
 * frontend there are no brackets.
 * @throws BadExpansion at a backslash before another character
 */
export function readPattern(pattern: string): readonly PatternPart[] {
	const characters = Array.from(pattern);
	const parts: PatternPart[] = [];
	for (let at = 0; at < characters.length; at += 1) {
		const character = characters[at] ?? '';
		if (character === '*') parts.push({kind: 'many'});
		else if (character === '?') parts.push({kind: 'any'});
		else if (character !== '\\') parts.push({kind: 'character', text: character});
		else {
			at += 1;
			const next = characters[at];
			// `}` and `/` are escaped for the expansion around the pattern.
			if (next === undefined || !'*?\\}/'.includes(next)) {
				throw new BadExpansion(`the pattern \`${pattern}\` has a backslash before ${next ?? 'its end'}`);
			}
			parts.push({kind: 'character', text: next});
		}
	}
	return parts;
}

/**
 * The ends of all prefixes of `text`, from `start` on, that a pattern matches, in ascending order. Takes text length times pattern length
 * steps, whatever the pattern. A wildcard does not match a line break.
 */
export function matchEnds(parts: readonly PatternPart[], text: readonly string[], start = 0): readonly number[] {
	let ends = new Set([start]);
	for (const part of parts) {
		const next = new Set<number>();
		for (const end of ends) {
			if (part.kind === 'many') {
				for (let at = end; !next.has(at); at += 1) {
					next.add(at);
					if (at === text.length || text[at] === '\n') break;
				}
			} else if (end < text.length && (part.kind === 'any' ? text[end] !== '\n' : text[end] === part.text)) {
				next.add(end + 1);
			}
		}
		ends = next;
	}
	return [...ends].sort((a, b) => a - b);
}
