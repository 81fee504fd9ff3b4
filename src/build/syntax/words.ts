import {isSpace} from '../expand/collected-words.ts';

/** Splits at blanks that are neither quoted nor escaped. Quotes and escapes stay: they are resolved when the word is expanded. */
export function quotedWords(rest: string, escape: string): readonly string[] {
	const words: string[] = [];
	let word = '';
	let isWord = false;
	let quote: string | undefined;
	const characters = Array.from(rest);
	for (let at = 0; at < characters.length; at += 1) {
		const character = characters[at] ?? '';
		if (quote === undefined && isSpace(character)) {
			if (isWord) words.push(word);
			word = '';
			isWord = false;
			continue;
		}
		isWord = true;
		if (character === escape && quote !== "'") {
			const next = characters[at + 1];
			// An escape character at the very end is dropped, as BuildKit does.
			if (next === undefined) break;
			word += character + next;
			at += 1;
			continue;
		}
		if (quote === character) quote = undefined;
		else if (quote === undefined && (character === '"' || character === "'")) quote = character;
		word += character;
	}
	if (isWord && word !== '') words.push(word);
	return words;
}

/** Splits at blanks, whatever stands around them. */
export function plainWords(rest: string): readonly string[] {
	return rest.split(/[\t\v\f\r ]+/).filter(word => word !== '');
}
