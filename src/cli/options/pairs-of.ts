import {usageError} from './usage-error.ts';

/**
 * Splits the `NAME=VALUE` words of an option; a word without `=` has an empty value.
 *
 * @throws TsboxError E_USAGE for a word without a name.
 */
export function pairsOf(option: string, words: readonly string[], verb: string): Readonly<Record<string, string>> {
	const pairs = words.map((word): readonly [string, string] => {
		const [name = '', ...value] = word.split('=');
		if (name === '') throw usageError(`--${option} ${word}: a name must come before the =`, undefined, verb);
		return [name, value.join('=')];
	});
	return Object.fromEntries(pairs);
}
