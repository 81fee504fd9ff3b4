import {BadExpansion} from '../expand/bad-expansion.ts';
import {expandWord} from '../expand/expand-word.ts';

/** `<<EOF` of an instruction, before its lines are read. */
export interface HeredocStart {
	readonly name: string;
	readonly expands: boolean;
	/** `<<-`: leading tabs are dropped, also before the name that ends it. */
	readonly dropsTabs: boolean;
}

const start = /^\d*<<(-?)([^<]+)$/;
const nothing = (): undefined => undefined;
/** A here-document's word is read as a shell reads it, whatever the escape character of the file. */
const shellRules = {escape: '\\', keepUnset: true};

/** Reads a word such as `<<EOF`, `<<-"EOF"` or `3<<EOF`; undefined if it is none. */
export function readHeredocStart(word: string): HeredocStart | undefined {
	const [, dash, written] = start.exec(word) ?? [];
	if (written === undefined) return undefined;
	try {
		const [name, ...others] = expandWord(written, nothing, shellRules).words;
		if (name === undefined || others.length > 0) return undefined;
		const [quoted = ''] = expandWord(written, nothing, {...shellRules, keepQuotes: true}).words;
		return {name, expands: quotes(quoted) === quotes(name), dropsTabs: dash === '-'};
	} catch (error) {
		if (error instanceof BadExpansion) return undefined;
		throw error;
	}
}

/** All here-documents that a line begins, in order. */
export function heredocStarts(line: string): readonly HeredocStart[] {
	try {
		const {words} = expandWord(line, nothing, {...shellRules, keepQuotes: true, keepEscapes: true});
		return words.flatMap(word => readHeredocStart(word) ?? []);
	} catch (error) {
		// A quote of the shell that BuildKit's reader does not see the end of; then the shell itself reports what is wrong.
		if (error instanceof BadExpansion) return [];
		throw error;
	}
}

function quotes(text: string): number {
	return text.replaceAll(/[^'"]/g, '').length;
}

/** Whether the word of a here-document can be the name of a file in a folder. */
export function isFileName(name: string): boolean {
	return !name.includes('/') && name !== '.' && name !== '..';
}
