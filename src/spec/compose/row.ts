/** What becomes of a key of the Compose Specification that does not work here. A key without a row works. */
export interface ComposeRow {
	/** Where it stands in a file with `services`; `*` is a name that the user chooses, or the number of an entry. */
	readonly path: string;
	/** `refused`: an error; `ignored`: accepted with a warning. */
	readonly fate: 'refused' | 'ignored';
	/** Why, as the end of a sentence: "the file says who owns it". An error about a refused value has these words. */
	readonly why: string;
	/** What to write in its place, as an imperative. */
	readonly instead?: string;
	/** For a key of which only some values have no effect: those of which this is true. */
	readonly when?: (value: unknown, key: string) => boolean;
	/** What is named in place of the path: a word in a value. */
	readonly shown?: string;
}

/** A refused key; with `shown`, some values of it, which its schema or reader refuses. */
export function refused(path: string, why: string, instead: string, rest: Pick<ComposeRow, 'shown'> = {}): ComposeRow {
	return {path, fate: 'refused', why, instead, ...rest};
}

/** A key that is accepted, and has no effect. */
export function ignored(
	path: string,
	why: string,
	rest: Pick<ComposeRow, 'instead' | 'when' | 'shown'> = {},
): ComposeRow {
	return {path, fate: 'ignored', why, ...rest};
}
