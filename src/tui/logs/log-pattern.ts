/** A range in a text. The end is exclusive. */
export type Range = readonly [start: number, end: number];

/** A pattern to find in lines. */
export interface Pattern {
	/** The pattern as typed. */
	readonly source: string;
	readonly isIn: (text: string) => boolean;
	/** All matches that are not empty. */
	readonly rangesIn: (text: string) => readonly Range[];
}

/** A parsed pattern: `none` for an empty text, `bad` with the reason for an invalid expression. */
export type ParsedPattern =
	| {readonly kind: 'none'}
	| {readonly kind: 'pattern'; readonly pattern: Pattern}
	| {readonly kind: 'bad'; readonly problem: string};

/**
 * Parses a typed pattern: literal text, or a regular expression of ECMAScript between slashes. Case matters only if the
 * pattern contains a capital letter.
 */
export function parsePattern(source: string): ParsedPattern {
	if (source === '') return {kind: 'none'};
	const inner = /^\/(.+)\/$/s.exec(source)?.[1];
	const body = inner ?? source.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
	// The capital letter of an escape such as \S does not count.
	const letters = inner === undefined ? source : inner.replace(/\\./gs, '');
	const flags = /\p{Lu}/u.test(letters) ? 'g' : 'gi';
	try {
		return {kind: 'pattern', pattern: patternOf(source, new RegExp(body, flags))};
	} catch (error) {
		if (!(error instanceof SyntaxError)) throw error;
		return {kind: 'bad', problem: error.message.replace(/^.*: /s, '')};
	}
}

function patternOf(source: string, expression: RegExp): Pattern {
	// An expression with `g` continues where it was in the previous text.
	const fromStart = (): RegExp => {
		expression.lastIndex = 0;
		return expression;
	};
	return {
		source,
		isIn: text => fromStart().test(text),
		rangesIn: text =>
			[...text.matchAll(fromStart())].flatMap(({0: {length}, index}) =>
				length === 0 ? [] : [[index, index + length] as const],
			),
	};
}
