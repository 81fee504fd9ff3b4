import {bad, good, type Parsed} from '../model/parsed.ts';

/**
 * Splits a command line into words as a POSIX shell does. Handles only quotes and backslashes, not variables, globs, or
 * operators. Source: POSIX.1-2024 XCU 2.2 "Quoting"; Compose splits a string `command` the same way.
 */
export function splitShellWords(line: string): Parsed<readonly string[]> {
	const words: string[] = [];
	let word: string | undefined;
	for (let at = 0; at < line.length; at += 1) {
		const c = line[at] ?? '';
		if (/[ \t\r\n]/.test(c)) {
			if (word !== undefined) words.push(word);
			word = undefined;
		} else if (c === "'") {
			const close = line.indexOf("'", at + 1);
			if (close === -1) return bad('has a single quote that is not closed', "add the closing `'`");
			word = (word ?? '') + line.slice(at + 1, close);
			at = close;
		} else if (c === '"') {
			const read = readDoubleQuoted(line, at + 1);
			if (read === undefined) return bad('has a double quote that is not closed', 'add the closing `"`');
			word = (word ?? '') + read.text;
			at = read.close;
		} else if (c === '\\') {
			at += 1;
			if (at >= line.length) return bad('ends in a lone backslash', 'write `\\\\` for a backslash');
			// A backslash and a newline join two lines and produce no character.
			if (line[at] !== '\n') word = (word ?? '') + (line[at] ?? '');
		} else {
			word = (word ?? '') + c;
		}
	}
	if (word !== undefined) words.push(word);
	return good(words);
}

function readDoubleQuoted(line: string, from: number): {text: string; close: number} | undefined {
	let text = '';
	for (let at = from; at < line.length; at += 1) {
		const c = line[at] ?? '';
		if (c === '"') return {text, close: at};
		const next = line[at + 1] ?? '';
		if (c === '\\' && next !== '' && '$`"\\\n'.includes(next)) {
			if (next !== '\n') text += next;
			at += 1;
		} else {
			text += c;
		}
	}
	return undefined;
}

const plainWord = /^[A-Za-z0-9_@%+=:,./-]+$/;

/** Writes the text as one word of a POSIX shell. Quotes only if needed, so that commands stay readable. */
export function shellWord(text: string): string {
	return plainWord.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Joins words into a command line with shell quoting. */
export function shellCommand(words: readonly string[]): string {
	return words.map(shellWord).join(' ');
}
