import {bad, good, type Parsed} from '../model/parsed.ts';

/**
 * Splits a command line into words as a POSIX shell does, with quotes and backslashes and nothing else: no variable, no
 * glob, no operator is looked at. Source: POSIX.1-2024 XCU 2.2 "Quoting"; compose does the same to a string `command`.
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
			// A backslash before a newline joins the lines and is no character itself.
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

/** The text as one word of a POSIX shell; quoted only where it must be, so that commands stay readable. */
export function shellWord(text: string): string {
	return plainWord.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A command line from its words. */
export function shellCommand(words: readonly string[]): string {
	return words.map(shellWord).join(' ');
}
