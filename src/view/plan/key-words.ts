import {escapeText} from '../text/escape.ts';
import type {Look} from '../text/look.ts';
import {wrapWords} from '../text/wrap.ts';

/** The keys that a page waits for, in one line, or more in a narrow window. The answer needs a column. */
export function keyPrompt(keys: readonly string[], {theme, columns, width}: Look): string {
	return `${theme.quiet(wrapWords(keys.join(', '), columns - 2, width).join('\n'))} `;
}

/** What each key does: rows of a key and its words. */
export function keyHelp(
	rows: readonly (readonly [key: string, words: string])[],
	{theme, columns, width}: Look,
): string {
	return rows
		.flatMap(([key, words]) =>
			wrapWords(escapeText(words), columns - 10, width).map(
				(line, index) => `  ${theme.command((index === 0 ? key : '').padEnd(7))}${line}\n`,
			),
		)
		.join('');
}
