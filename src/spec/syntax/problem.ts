import type {ErrorCode} from '../../errors/codes.ts';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {excerptOf, positionOf, type SourceText} from './source-text.ts';

/** What a problem points at: a range of a file, a whole file, or a command-line option. */
export type Place =
	| {readonly kind: 'text'; readonly source: SourceText; readonly start: number; readonly end: number}
	/** A whole file, if no line is more precise. */
	| {readonly kind: 'file'; readonly source: SourceText}
	| {readonly kind: 'option'; readonly option: string};

/** A problem of a spec. */
export interface Problem {
	readonly code: ErrorCode;
	readonly place: Place;
	/** Starts in lower case, ends without a full stop. */
	readonly message: string;
	readonly hint?: string;
}

/**
 * Combines all problems of a spec into one error, sorted by position. The message begins with `file:line:column: `, and
 * `output` holds the line of each problem with carets. If there are several problems, each hint follows its line.
 */
export function specError(problems: readonly Problem[]): TsboxError {
	const files = problems.map(({place}) => fileOf(place));
	const order = ({place}: Problem): number => files.indexOf(fileOf(place));
	const sorted = problems.toSorted((a, b) => order(a) - order(b) || startOf(a.place) - startOf(b.place));
	const [first, ...others] = sorted;
	if (first === undefined) throw new RangeError('specError needs a problem');
	if (others.length === 0) {
		const output = excerpt(first.place);
		return new TsboxError(first.code, headline(first), {
			...(output !== undefined && {output}),
			...(first.hint !== undefined && {hint: first.hint}),
		});
	}
	const count = others.length === 1 ? 'another problem' : `${others.length} more problems`;
	return new TsboxError(gravest(sorted), `${headline(first)} (and ${count})`, {
		output: [block(first), ...others.map(problem => `${headline(problem)}\n${block(problem)}`.trimEnd())]
			.filter(text => text !== '')
			.join('\n\n'),
		hint: `fix these ${sorted.length} places`,
	});
}

function block(problem: Problem): string {
	return [excerpt(problem.place), problem.hint === undefined ? undefined : `  = ${problem.hint}`]
		.filter(line => line !== undefined)
		.join('\n');
}

function headline(problem: Problem): string {
	const {place} = problem;
	if (place.kind === 'option') return `${place.option}: ${problem.message}`;
	if (place.kind === 'file') return `${place.source.shown}: ${problem.message}`;
	const {line, column} = positionOf(place.source, place.start);
	return `${place.source.shown}:${line}:${column}: ${problem.message}`;
}

function excerpt(place: Place): string | undefined {
	return place.kind === 'text' ? excerptOf(place.source, place.start, place.end) : undefined;
}

function fileOf(place: Place): string {
	return place.kind === 'option' ? '' : place.source.file;
}

function startOf(place: Place): number {
	return place.kind === 'text' ? place.start : 0;
}

/** The code of the combined error. A problem of the spec itself comes before a problem of its environment. */
function gravest(problems: readonly Problem[]): ErrorCode {
	const order: readonly ErrorCode[] = ['E_USAGE', 'E_SPEC_SYNTAX', 'E_SPEC_INVALID', 'E_SPEC_VARIABLE'];
	const codes = new Set(problems.map(problem => problem.code));
	return order.find(code => codes.has(code)) ?? problems[0]?.code ?? 'E_SPEC_INVALID';
}
