import {escapeText} from '../text/escape.ts';
import type {Look} from '../text/look.ts';
import {wrapWords} from '../text/wrap.ts';

/** A hop as `network test` shows it. */
export interface ShownHop {
	readonly hop: string;
	readonly state: 'ok' | 'failed' | 'skipped';
	readonly text: string;
	readonly why?: string;
	readonly hint?: string;
}

/** Columns of the states, and of the names of hops. */
const [states, names] = [9, 12];

/** A line per hop; below one that failed the cause and what to do. A narrow terminal gets the texts below the names. */
export function networkHopsText(hops: readonly ShownHop[], {fit = Infinity, theme, width}: Look): string {
	const styles = {ok: theme.ok, failed: theme.failed, skipped: theme.quiet};
	const indent = fit < 60 ? 2 : states + names;
	const blank = ' '.repeat(indent);
	return hops
		.flatMap(({hop, state, text, why, hint}) => {
			const head = `${styles[state](state)}${' '.repeat(states - state.length)}${hop.padEnd(names)}`;
			const wrapped = (words: string): readonly string[] => wrapWords(escapeText(words), fit - indent, width);
			const [first = '', ...rest] = wrapped(text);
			return [
				...(fit < 60 ? [head.trimEnd(), `${blank}${first}`] : [`${head}${first}`]),
				...rest.map(line => `${blank}${line}`),
				...(why === undefined ? [] : wrapped(`because: ${why}`).map(line => `${blank}${line}`)),
				...(hint === undefined ? [] : wrapped(`hint: ${hint}`).map(line => `${blank}${theme.command(line)}`)),
			];
		})
		.map(line => `${line}\n`)
		.join('');
}
