import type {TsboxError} from '../../errors/tsbox-error.ts';
import {specError} from '../../spec/syntax/problem.ts';
import type {SourceText} from '../../spec/syntax/source-text.ts';
import type {Piece, RawInstruction} from './raw-instruction.ts';

/** An error at a range of a Dockerfile. Its message begins with `file:line:column: `; its output shows the line. */
export function dockerfileError(
	source: SourceText,
	range: {readonly start: number; readonly end: number},
	message: string,
	hint?: string,
): TsboxError {
	return specError([
		{
			code: 'E_DOCKERFILE',
			place: {kind: 'text', source, ...range},
			message,
			...(hint !== undefined && {hint}),
		},
	]);
}

/**
 * An error of an instruction.
 * @param range where in {@link RawInstruction.text}; the keyword by default
 */
export function instructionError(
	raw: Pick<RawInstruction, 'source' | 'text' | 'pieces' | 'keyword'>,
	message: string,
	hint?: string,
	range: {readonly start: number; readonly end: number} = {start: 0, end: raw.keyword.length},
): TsboxError {
	const start = offsetOf(raw.pieces, range.start);
	// A range over several lines is shown to the end of its first.
	const end = Math.max(start + 1, Math.min(offsetOf(raw.pieces, range.end - 1) + 1, raw.source.text.length));
	return dockerfileError(raw.source, {start, end}, message, hint);
}

/** The offset in the file of a position in a joined line. */
export function offsetOf(pieces: readonly Piece[], at: number): number {
	const piece = pieces.findLast(each => each.at <= at) ?? pieces[0] ?? {at: 0, offset: 0};
	return piece.offset + Math.max(0, at - piece.at);
}

/** `file:line`, for a message about an instruction that failed. */
export function placeOf(raw: Pick<RawInstruction, 'source' | 'line'>): string {
	return `${raw.source.shown}:${raw.line}`;
}
