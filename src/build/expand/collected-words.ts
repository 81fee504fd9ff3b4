const space = /^[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]$/;

/** Whether a character is a blank to Go's unicode.IsSpace, by which BuildKit splits words. It differs from `\s` in two characters. */
export function isSpace(character: string): boolean {
	return space.test(character);
}

/** Collects words: blanks end one, unless they are quoted. */
export class CollectedWords {
	readonly #words: string[] = [];
	#word = '';

	addCharacter(character: string): void {
		if (isSpace(character)) this.#finish();
		else this.#word += character;
	}

	/** Adds text whose blanks split it. */
	addText(text: string): void {
		for (const character of text) this.addCharacter(character);
	}

	/** Adds text whose blanks belong to the word. */
	addQuoted(text: string): void {
		this.#word += text;
	}

	/** All words. */
	end(): readonly string[] {
		this.#finish();
		return this.#words;
	}

	// An empty word, such as `""`, is none; as in BuildKit.
	#finish(): void {
		if (this.#word !== '') this.#words.push(this.#word);
		this.#word = '';
	}
}
