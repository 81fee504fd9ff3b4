import type {SourceText} from '../../spec/syntax/source-text.ts';
import {isSpace} from '../expand/collected-words.ts';
import {type Directives, readDirectives} from './directives.ts';
import {dockerfileError, instructionError} from './dockerfile-error.ts';
import {type HeredocStart, heredocStarts} from './heredoc.ts';
import {jsonForm} from './json-form.ts';
import {type PhysicalLine, physicalLines} from './physical-lines.ts';
import type {Heredoc, Piece, RawInstruction} from './raw-instruction.ts';
import {splitInstruction} from './split-instruction.ts';

/** A Dockerfile as a list of instructions. */
export interface ParsedDockerfile extends Directives {
	readonly source: SourceText;
	readonly instructions: readonly RawInstruction[];
	/** What is allowed but probably not meant, each with `file:line: ` before it. */
	readonly warnings: readonly string[];
}

const withHeredocs = ['RUN', 'COPY', 'ADD'];

/**
 * Splits a Dockerfile into instructions by the rules of the reference and of BuildKit's parser: directives at the top, comment lines also
 * inside continuations, empty lines in continuations, here-documents.
 * @throws E_DOCKERFILE for a file without instructions, a bad directive, and a here-document without an end
 */
export function parseDockerfile(source: SourceText): ParsedDockerfile {
	const lines = physicalLines(source.text);
	const directives = readDirectives(source, lines);
	const warnings: string[] = [];
	const instructions: RawInstruction[] = [];
	let next = 0;
	while (next < lines.length) {
		const joined = joinLines(lines, next, directives.escape);
		next = joined.next;
		if (joined.text === '') continue;
		if (joined.emptyLine !== undefined) {
			warnings.push(`${source.shown}:${joined.emptyLine}: an empty line stands inside an instruction; remove it`);
		}
		const raw = {
			source,
			...splitInstruction(joined.text),
			text: joined.text,
			pieces: joined.pieces,
			line: joined.first + 1,
		};
		const heredocs: Heredoc[] = [];
		for (const start of mayHaveHeredocs(raw.keyword, raw.rest) ? heredocStarts(joined.text) : []) {
			const read = readHeredoc(lines, next, start);
			if (read === undefined) {
				const at = Math.max(0, joined.text.indexOf(start.name));
				throw instructionError(raw, `no line \`${start.name}\` ends the here-document`, undefined, {
					start: at,
					end: at + start.name.length,
				});
			}
			heredocs.push(read.heredoc);
			next = read.next;
		}
		instructions.push({...raw, heredocs, escape: directives.escape, endLine: next});
	}
	if (instructions.length === 0) {
		throw dockerfileError(source, {start: 0, end: 1}, 'the file has no instruction', 'write `FROM image` first');
	}
	return {source, ...directives, instructions, warnings};
}

interface JoinedLines {
	readonly text: string;
	readonly pieces: readonly Piece[];
	/** The index of the line that the text begins in. A line with nothing but an escape character may stand before it. */
	readonly first: number;
	/** The index of the line after the last one. */
	readonly next: number;
	readonly emptyLine: number | undefined;
}

/** Joins a line with those that continue it; the text is empty for a comment and an empty line. */
function joinLines(lines: readonly PhysicalLine[], start: number, escape: string): JoinedLines {
	const pieces: Piece[] = [];
	let text = '';
	let first = start;
	let emptyLine: number | undefined;
	let index = start;
	for (; index < lines.length; index += 1) {
		const {text: whole = '', offset = 0} = lines[index] ?? {};
		const blanks = leadingBlanks(whole);
		const isBlank = blanks === whole.length;
		if (whole[blanks] === '#' || isBlank) {
			if (index === start) break;
			if (isBlank) emptyLine ??= index + 1;
			continue;
		}
		// Blanks at the start of a continuation are kept: they separate words.
		const from = text === '' ? blanks : 0;
		const part = whole.slice(from);
		const continued = withoutContinuation(part, escape);
		const added = continued ?? part;
		if (added !== '') {
			if (text === '') first = index;
			pieces.push({at: text.length, offset: offset + from});
			text += added;
		}
		if (continued === undefined) break;
	}
	return {text: text.trimEnd(), pieces, first, next: Math.min(index + 1, lines.length), emptyLine};
}

/**
 * The line without the escape character at its end; undefined when it does not go on. An escape character before it makes it an ordinary
 * character. How many there are is not counted, as in BuildKit.
 */
function withoutContinuation(line: string, escape: string): string | undefined {
	const trimmed = line.replace(/[ \t]+$/, '');
	if (!trimmed.endsWith(escape)) return undefined;
	const before = trimmed.slice(0, -1);
	return before.endsWith(escape) ? undefined : before;
}

function leadingBlanks(line: string): number {
	let count = 0;
	while (count < line.length && isSpace(line[count] ?? '')) count += 1;
	return count;
}

function mayHaveHeredocs(keyword: string, rest: string): boolean {
	if (keyword === 'ONBUILD') {
		const trigger = splitInstruction(rest);
		return trigger.keyword !== 'ONBUILD' && mayHaveHeredocs(trigger.keyword, trigger.rest);
	}
	return withHeredocs.includes(keyword) && jsonForm(rest) === undefined;
}

function readHeredoc(
	lines: readonly PhysicalLine[],
	first: number,
	start: HeredocStart,
): {heredoc: Heredoc; next: number} | undefined {
	const end = lines.findIndex(({text}, index) => {
		if (index < first) return false;
		return (start.dropsTabs ? text.replace(/^\t+/, '') : text) === start.name;
	});
	if (end === -1) return undefined;
	const written = lines
		.slice(first, end)
		.map(({whole}) => whole)
		.join('');
	const content = start.dropsTabs ? written.replaceAll(/^\t+/gm, '') : written;
	return {heredoc: {name: start.name, content, written, expands: start.expands}, next: end + 1};
}
