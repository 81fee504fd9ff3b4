import {BadExpansion} from '../expand/bad-expansion.ts';
import {type ExpandedWord, expandWord, type WordRules} from '../expand/expand-word.ts';
import {instructionError, placeOf} from '../syntax/dockerfile-error.ts';
import type {RawInstruction} from '../syntax/raw-instruction.ts';

/** Collects what is worth a warning. */
export interface ExpansionNotes {
	readonly warn: (text: string) => void;
}

/** Expands a word of an instruction. A variable without a value is a warning. @throws E_DOCKERFILE */
export function expandIn(
	raw: RawInstruction,
	word: string,
	values: ReadonlyMap<string, string>,
	notes: ExpansionNotes,
	rules: Partial<WordRules> = {},
): ExpandedWord {
	try {
		const expanded = expandWord(word, name => values.get(name), {escape: raw.escape, ...rules});
		for (const name of expanded.unset) {
			// `$1` and `$@` are the shell's; nobody expects them to be set here.
			if (/^[\p{L}_]/u.test(name) && !hasDefault(word, name)) {
				notes.warn(`${placeOf(raw)}: the variable ${name} has no value`);
			}
		}
		return expanded;
	} catch (error) {
		if (!(error instanceof BadExpansion)) throw error;
		const start = Math.max(raw.text.indexOf('$'), 0);
		throw instructionError(raw, error.message, undefined, {start, end: start + 1});
	}
}

/** The text of {@link expandIn}. */
export function expandText(
	raw: RawInstruction,
	word: string,
	values: ReadonlyMap<string, string>,
	notes: ExpansionNotes,
): string {
	return expandIn(raw, word, values, notes).text;
}

/** Whether the word says what to do without a value: `${name:-default}`. */
function hasDefault(word: string, name: string): boolean {
	return [`\${${name}:`, `\${${name}-`, `\${${name}+`].some(start => word.includes(start));
}
