/** A pattern that is no pattern: a bracket or a backslash without its end. */
export class BadPattern extends Error {
	constructor(pattern: string, problem: string) {
		super(`the pattern \`${pattern}\` ${problem}`);
		this.name = 'BadPattern';
	}
}

/** Whether a path matches a compiled pattern. */
export type PathMatcher = (path: string) => boolean;

/**
 * A part of a pattern. `folders` stands for `**` and a slash: nothing, or anything that ends in a slash. It takes two parts, so that a part
 * is a state of the matcher.
 */
type Part =
	| {readonly kind: 'character'; readonly text: string}
	| {readonly kind: 'any' | 'many' | 'deep' | 'folders' | 'inFolders'}
	| {readonly kind: 'class'; readonly isNegated: boolean; readonly ranges: readonly (readonly [string, string])[]};

/**
 * Compiles a pattern of Go's filepath.Match: `*` and `?` do not match a slash, `[a-z]` and `[^a-z]` match one character, a backslash takes
 * the next one as it is.
 * @param deep whether `**` matches any number of folders, as in `.dockerignore`; else it is the same as `*`
 * @throws BadPattern
 */
export function compilePattern(pattern: string, {deep}: {readonly deep: boolean}): PathMatcher {
	const parts = readParts(pattern, deep);
	if (parts.every(part => part.kind === 'character')) {
		const literal = parts.map(part => (part.kind === 'character' ? part.text : '')).join('');
		return path => path === literal;
	}
	const [first, , ...tail] = parts;
	if (parts.length === 1 && first?.kind === 'deep') return () => true;
	if (first?.kind === 'folders' && tail.every(part => part.kind === 'character')) {
		const suffix = tail.map(part => (part.kind === 'character' ? part.text : '')).join('');
		// `**x` without a slash matches every path with this end, if it has no other wildcard; as in moby/patternmatcher.
		if (!pattern.startsWith('**/')) return path => path.endsWith(suffix);
		return path => path === suffix || path.endsWith(`/${suffix}`);
	}
	return path => runs(parts, path);
}

/** Whether a text has a wildcard of filepath.Match. */
export function hasWildcard(text: string): boolean {
	return /[*?[]/.test(text.replaceAll(/\\./gs, ''));
}

/** A text without the backslashes that take the next character as it is. */
export function withoutEscapes(text: string): string {
	return text.replaceAll(/\\(.)/gs, '$1');
}

function readParts(pattern: string, deep: boolean): readonly Part[] {
	const characters = Array.from(pattern);
	const parts: Part[] = [];
	for (let at = 0; at < characters.length; at += 1) {
		const character = characters[at] ?? '';
		if (character === '*') {
			if (!deep || characters[at + 1] !== '*') {
				if (parts.at(-1)?.kind !== 'many') parts.push({kind: 'many'});
				continue;
			}
			at += 1;
			if (characters[at + 1] === '/') at += 1;
			if (at + 1 === characters.length) parts.push({kind: 'deep'});
			else parts.push({kind: 'folders'}, {kind: 'inFolders'});
		} else if (character === '?') parts.push({kind: 'any'});
		else if (character === '\\') {
			at += 1;
			const next = characters[at];
			if (next === undefined) throw new BadPattern(pattern, 'ends in a backslash');
			parts.push({kind: 'character', text: next});
		} else if (character === '[') {
			const read = readClass(pattern, characters, at + 1);
			parts.push(read.part);
			at = read.end;
		} else parts.push({kind: 'character', text: character});
	}
	return parts;
}

function readClass(pattern: string, characters: readonly string[], start: number): {part: Part; end: number} {
	let at = start;
	const isNegated = characters[at] === '^';
	if (isNegated) at += 1;
	const ranges: [string, string][] = [];
	const one = (): string => {
		const isEscaped = characters[at] === '\\';
		if (isEscaped) at += 1;
		const character = characters[at];
		if (character === undefined || (!isEscaped && (character === '-' || character === ']'))) {
			throw new BadPattern(pattern, 'has a `[` without a complete `]`');
		}
		at += 1;
		return character;
	};
	while (characters[at] !== ']' || ranges.length === 0) {
		const low = one();
		let high = low;
		if (characters[at] === '-') {
			at += 1;
			high = one();
		}
		ranges.push([low, high]);
	}
	return {part: {kind: 'class', isNegated, ranges}, end: at};
}

/** Follows all ways through the pattern at once, so that the time is the length of the path times that of the pattern. */
function runs(parts: readonly Part[], path: string): boolean {
	const accept = parts.length;
	let now = new Uint8Array(accept + 1);
	let next = new Uint8Array(accept + 1);
	enter(parts, now, 0);
	for (const character of path) {
		next.fill(0);
		for (let state = 0; state < accept; state += 1) {
			const part = now[state] === 1 ? parts[state] : undefined;
			if (part === undefined) continue;
			if (part.kind === 'deep' || part.kind === 'inFolders') {
				next[state] = 1;
				if (part.kind === 'deep' || character === '/') enter(parts, next, state + 1);
			} else if (part.kind === 'many') {
				if (character !== '/') enter(parts, next, state);
			} else if (part.kind !== 'folders' && takes(part, character)) enter(parts, next, state + 1);
		}
		[now, next] = [next, now];
	}
	return now[accept] === 1;
}

/** Marks a state and those that are reached without a character. */
function enter(parts: readonly Part[], states: Uint8Array, state: number): void {
	if (states[state] === 1) return;
	states[state] = 1;
	const kind = parts[state]?.kind;
	if (kind === 'many' || kind === 'deep') enter(parts, states, state + 1);
	if (kind === 'folders') {
		states[state + 1] = 1;
		enter(parts, states, state + 2);
	}
}

function takes(part: Part, character: string): boolean {
	if (part.kind === 'any') return character !== '/';
	if (part.kind === 'character') return character === part.text;
	if (part.kind !== 'class') return false;
	const code = character.codePointAt(0) ?? 0;
	const isIn = part.ranges.some(
		([low, high]) => (low.codePointAt(0) ?? 0) <= code && code <= (high.codePointAt(0) ?? 0),
	);
	return isIn !== part.isNegated;
}
