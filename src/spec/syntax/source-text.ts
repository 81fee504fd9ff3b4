import {isAbsolute, relative} from 'node:path';

/** The text of a file, with its paths for error messages. */
export interface SourceText {
	/** Absolute path. */
	readonly file: string;
	/** The path to show in messages. */
	readonly shown: string;
	readonly text: string;
}

/** A line and a column, both counted from 1. Columns count characters. */
export interface Position {
	readonly line: number;
	readonly column: number;
}

/** The path to show to a user in `cwd`: relative if it lies below, absolute otherwise. */
export function shownPath(file: string, cwd: string): string {
	const path = relative(cwd, file);
	return path === '' || path === '..' || path.startsWith('../') || isAbsolute(path) ? file : path;
}

/** The position of an offset, in UTF-16 units as the YAML parser counts. */
export function positionOf(source: SourceText, offset: number): Position {
	const before = source.text.slice(0, offset);
	const lineStart = before.lastIndexOf('\n') + 1;
	let line = 1;
	for (let i = before.indexOf('\n'); i !== -1; i = before.indexOf('\n', i + 1)) line += 1;
	return {line, column: Array.from(before.slice(lineStart)).length + 1};
}

/**
 * The source line with carets under `[start, end)`:
 *
 *       3 | hostnme: x
 *         | ^^^^^^^
 */
export function excerptOf(source: SourceText, start: number, end: number): string {
	const {line, column} = positionOf(source, start);
	const lineStart = source.text.lastIndexOf('\n', start - 1) + 1;
	const nextBreak = source.text.indexOf('\n', start);
	const lineEnd = nextBreak === -1 ? source.text.length : nextBreak;
	const all = Array.from(source.text.slice(lineStart, lineEnd).replace(/\r$/, ''));
	const from = column > widest ? column - widest / 2 : 0;
	const shown = all.slice(from, from + widest).map(visible);
	const wanted = Array.from(source.text.slice(start, Math.min(end, lineEnd)).trimEnd()).length;
	const width = Math.max(1, Math.min(wanted, shown.length - (column - 1 - from)));
	// Tabs before the caret stay tabs, so that the caret lines up.
	const pad = shown.slice(0, column - 1 - from).map(c => (c === '\t' ? '\t' : ' '));
	const gutter = `  ${line} | `;
	return `${gutter}${shown.join('')}\n${' '.repeat(gutter.length - 2)}| ${pad.join('')}${'^'.repeat(width)}`;
}

/** The excerpt of a line from a position to its end; undefined if the file no longer has that line. */
export function excerptAt(source: SourceText, {line, column}: Position): string | undefined {
	const lines = source.text.split('\n');
	const text = lines[line - 1]?.trimEnd();
	if (text === undefined || Array.from(text).length < column) return undefined;
	const before = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
	const start =
		before +
		Array.from(text)
			.slice(0, column - 1)
			.join('').length;
	return excerptOf(source, start, before + text.length);
}

/** The most characters of a line to show. A longer line is cut around the column. */
const widest = 160;

/** Replaces control characters, which would reach the user's terminal. */
function visible(character: string): string {
	return /[\x00-\x08\x0a-\x1f\x7f-\x9f]/.test(character) ? '\u{fffd}' : character;
}
