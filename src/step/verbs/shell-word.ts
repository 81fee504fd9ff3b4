const plainWord = /^[A-Za-z0-9_@%+=:,./-]+$/;

/** The text as one word of a POSIX shell; quoted only where it must be, so that commands stay readable. */
export function shellWord(text: string): string {
	return plainWord.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A command line from its words. */
export function shellCommand(words: readonly string[]): string {
	return words.map(shellWord).join(' ');
}
