import type {Options} from '../verb/command.ts';
import {usageError} from './usage-error.ts';

/** The `--filter` of a verb that lists things with labels. */
export const filterOption = {
	filter: {
		kind: 'list',
		value: 'label=NAME[=VALUE]',
		describe: 'List only what has this label; with several, all of them',
	},
} as const satisfies Options;

interface Labeled {
	readonly labels?: Readonly<Record<string, string>>;
}

/**
 * Parses all `--filter` into one condition. Source: docker-ps(1), `--filter`.
 *
 * @throws TsboxError E_USAGE.
 */
export function filterOf(words: readonly string[], verb: string): (row: Labeled) => boolean {
	const wanted = words.map(word => {
		const [, name, value] = /^label=([^=]+)(?:=(.*))?$/s.exec(word) ?? [];
		if (name === undefined) throw usageError(`--filter ${word} is not label=NAME or label=NAME=VALUE`, undefined, verb);
		return {name, value};
	});
	return ({labels = {}}) =>
		wanted.every(({name, value}) => Object.hasOwn(labels, name) && (value === undefined || labels[name] === value));
}
