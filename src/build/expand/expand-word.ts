import {BadExpansion} from './bad-expansion.ts';
import {CollectedWords} from './collected-words.ts';
import {replaced, withoutPrefix, withoutSuffix} from './change-value.ts';

/** How a word is read. The defaults are those of most instructions. */
export interface WordRules {
	/** The escape character: `# escape=` of the Dockerfile. */
	readonly escape: string;
	/** Quotes group, but stay in the result. */
	readonly keepQuotes?: boolean;
	/** Escape characters stay in the result. */
	readonly keepEscapes?: boolean;
	/** Quotes are characters like any other: the text of a here-document. */
	readonly plainQuotes?: boolean;
	/** A variable without a value stays as it is written. */
	readonly keepUnset?: boolean;
}

/** What became of a word. */
export interface ExpandedWord {
	readonly text: string;
	/** The text split at blanks that are not quoted, after the expansion. */
	readonly words: readonly string[];
	/** Names that were asked for and have no value. */
	readonly unset: ReadonlySet<string>;
}

/** The value of a variable; undefined when it has none. */
export type Lookup = (name: string) => string | undefined;

/**
 * Expands a word of a Dockerfile: quotes, escapes, and variables in all forms of the reference's "Environment replacement".
 * Reads as BuildKit's frontend does (frontend/dockerfile/shell/lex.go).
 * @throws BadExpansion for text that has no meaning, and for `${name:?message}`
 */
export function expandWord(word: string, lookup: Lookup, rules: WordRules): ExpandedWord {
	return new WordReader(word, lookup, rules).read();
}

class WordReader {
	readonly #characters: readonly string[];
	readonly #lookup: Lookup;
	readonly #rules: WordRules;
	readonly #unset = new Set<string>();
	#at = 0;
	#depth = 0;

	constructor(word: string, lookup: Lookup, rules: WordRules) {
		this.#characters = Array.from(word);
		this.#lookup = lookup;
		this.#rules = rules;
	}

	read(): ExpandedWord {
		const {text, words} = this.#until(undefined, this.#rules.keepEscapes === true);
		return {text, words, unset: this.#unset};
	}

	/** Reads up to a closing character, or to the end of the word when there is none to wait for. */
	#until(closing: string | undefined, keepEscapes: boolean): {text: string; words: readonly string[]} {
		const words = new CollectedWords();
		let text = '';
		while (this.#peek() !== undefined) {
			const character = this.#peek() ?? '';
			if (character === closing) {
				this.#at += 1;
				return {text, words: words.end()};
			}
			const isQuote = this.#rules.plainQuotes !== true && (character === "'" || character === '"');
			if (character === '$' || isQuote) {
				const part = character === '$' ? this.#dollar(keepEscapes) : this.#quoted(character, keepEscapes);
				text += part;
				if (character === '$') words.addText(part);
				else words.addQuoted(part);
				continue;
			}
			this.#at += 1;
			if (character !== this.#rules.escape) {
				text += character;
				words.addCharacter(character);
				continue;
			}
			const escaped = this.#next();
			const shown = (keepEscapes ? character : '') + (escaped ?? '');
			text += shown;
			if (shown !== '') words.addQuoted(shown);
		}
		if (closing !== undefined) throw new BadExpansion(`\`${closing}\` is missing`);
		return {text, words: words.end()};
	}

	#quoted(quote: string, keepEscapes: boolean): string {
		this.#at += 1;
		const mark = this.#rules.keepQuotes === true ? quote : '';
		let text = '';
		for (;;) {
			const character = this.#peek();
			if (character === undefined) throw new BadExpansion(`the closing ${quote} is missing`);
			if (character === '$' && quote === '"') {
				text += this.#dollar(keepEscapes);
				continue;
			}
			this.#at += 1;
			if (character === quote) return mark + text + mark;
			if (character !== this.#rules.escape || quote === "'") {
				text += character;
				continue;
			}
			const next = this.#peek();
			const isEscaped = next === '"' || next === '$' || next === this.#rules.escape;
			if (keepEscapes) text += character;
			if (isEscaped) {
				this.#at += 1;
				text += next;
			} else if (next !== undefined && !keepEscapes) text += character;
		}
	}

	#dollar(keepEscapes: boolean): string {
		this.#at += 1;
		if (this.#peek() !== '{') {
			const name = this.#name();
			if (name === '') return '$';
			const value = this.#value(name);
			return value ?? (this.#rules.keepUnset === true ? `$${name}` : '');
		}
		this.#at += 1;
		// Expansions stand in one another; each takes a frame of the stack.
		this.#depth += 1;
		if (this.#depth > 100) throw new BadExpansion('more than 100 `${` stand in one another');
		const value = this.#braces(keepEscapes);
		this.#depth -= 1;
		return value;
	}

	#braces(keepEscapes: boolean): string {
		const first = this.#peek();
		if (first === undefined) throw new BadExpansion('`}` is missing');
		if (first === '{' || first === '}' || first === ':') throw new BadExpansion('`${` needs the name of a variable');
		const name = this.#name();
		const sign = this.#next();
		if (sign === '}') {
			const value = this.#value(name);
			return value ?? (this.#rules.keepUnset === true ? `\${${name}}` : '');
		}
		if (sign === '/') return this.#replacement(name);
		const isColon = sign === ':';
		const kind = isColon ? this.#next() : sign;
		if (kind === undefined) throw new BadExpansion('`}` is missing');
		if (!'-+?#%'.includes(kind) || (isColon && (kind === '#' || kind === '%'))) {
			throw new BadExpansion(`\`\${${name}${isColon ? ':' : ''}${kind}\` is not an expansion`);
		}
		const isPattern = kind === '#' || kind === '%';
		const {text: word} = this.#until('}', isPattern || keepEscapes);
		const value = this.#value(name);
		if (value === undefined && this.#rules.keepUnset === true) return `\${${name}${isColon ? ':' : ''}${kind}${word}}`;
		const isMissing = value === undefined || (isColon && value === '');
		if (kind === '-') return isMissing ? word : value;
		if (kind === '+') return isMissing ? '' : word;
		if (kind === '?') {
			if (!isMissing) return value;
			throw new BadExpansion(word === '' ? `${name} ${value === undefined ? 'is not set' : 'is empty'}` : word);
		}
		const isLongest = word.startsWith(kind);
		const pattern = isLongest ? word.slice(1) : word;
		return (kind === '#' ? withoutPrefix : withoutSuffix)(value ?? '', pattern, isLongest);
	}

	#replacement(name: string): string {
		const all = this.#peek() === '/';
		if (all) this.#at += 1;
		const {text: pattern} = this.#until('/', true);
		const {text: replacement} = this.#until('}', true);
		const value = this.#value(name);
		if (value === undefined && this.#rules.keepUnset === true) {
			return `\${${name}/${all ? '/' : ''}${pattern}/${replacement}}`;
		}
		return replaced(value ?? '', pattern, replacement, all);
	}

	/** A name, digits, or one of the shell's special parameters, which never have a value here. */
	#name(): string {
		const first = this.#peek() ?? '';
		if (/^[@*#?\-$!]$/.test(first)) return this.#next() ?? '';
		const allowed = /^\p{Nd}$/u.test(first) ? /^\p{Nd}$/u : /^[\p{L}\p{Nd}_]$/u;
		let name = '';
		while (allowed.test(this.#peek() ?? '')) name += this.#next();
		return name;
	}

	#value(name: string): string | undefined {
		const value = this.#lookup(name);
		if (value === undefined) this.#unset.add(name);
		return value;
	}

	#peek(): string | undefined {
		return this.#characters[this.#at];
	}

	#next(): string | undefined {
		const character = this.#characters[this.#at];
		this.#at += 1;
		return character;
	}
}
