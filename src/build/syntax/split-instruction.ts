import {isSpace} from '../expand/collected-words.ts';
import type {Flag} from './raw-instruction.ts';

/** A joined line in its parts. */
export interface SplitInstruction {
	/** Upper case. */
	readonly keyword: string;
	readonly flags: readonly Flag[];
	readonly rest: string;
	readonly restAt: number;
}

/**
 * Splits off the keyword and the options. Options stand first, each a word that begins with `--`; quotes in them group and are dropped,
 * and a backslash takes the next character as it is. A lone `--` ends them.
 */
export function splitInstruction(text: string): SplitInstruction {
	const [, keyword = '', blanks = ''] = /^([^\t\v\f\r ]*)([\t\v\f\r ]*)/.exec(text) ?? [];
	let at = keyword.length + blanks.length;
	const flags: Flag[] = [];
	while (text.startsWith('--', at)) {
		const {word, end} = readFlag(text, at);
		const start = at;
		at = end;
		while (at < text.length && isSpace(text[at] ?? '')) at += 1;
		if (word === '--') break;
		const equals = word.indexOf('=');
		flags.push({
			name: word.slice(2, equals === -1 ? undefined : equals),
			value: equals === -1 ? undefined : word.slice(equals + 1),
			start,
			end,
		});
	}
	return {keyword: keyword.toUpperCase(), flags, rest: text.slice(at).trimEnd(), restAt: at};
}

function readFlag(text: string, start: number): {word: string; end: number} {
	let word = '';
	let quote: string | undefined;
	let at = start;
	for (; at < text.length; at += 1) {
		const character = text[at] ?? '';
		if (character === '\\') {
			at += 1;
			word += text[at] ?? '';
		} else if (quote !== undefined) {
			if (character === quote) quote = undefined;
			else word += character;
		} else if (character === '"' || character === "'") quote = character;
		else if (isSpace(character)) break;
		else word += character;
	}
	return {word, end: Math.min(at, text.length)};
}
