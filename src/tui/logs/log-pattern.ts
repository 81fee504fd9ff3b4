/** Where something is in a text: from the first, up to and without the second. */
export type Range = readonly [start: number, end: number];

/** What is looked for in lines. */
export interface Pattern {
	/** As it was typed. */
	readonly source: string;
	readonly isIn: (text: string) => boolean;
	/** All the places where it is, none of them empty. */
	readonly rangesIn: (text: string) => readonly Range[];
}

/** What a typed text looks for; nothing when it is empty, or words on what is wrong with it. */
export type ParsedPattern =
	| {readonly kind: 'none'}
	| {readonly kind: 'pattern'; readonly pattern: Pattern}
	| {readonly kind: 'bad'; readonly problem: string};

/**
 * Reads what a person typed: the text itself, or between slashes a regular expression of ECMAScript. Case counts only if
 * there is a capital in it.
 */
export function parsePattern(source: string): ParsedPattern {
	if (source === '') return {kind: 'none'};
	const inner = /^\/(.+)\/$/s.exec(source)?.[1];
	const body = inner ?? source.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
	// The capital of \S or \W is none that was typed to be found.
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
	// An expression with `g` goes on where it was in the text before.
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
