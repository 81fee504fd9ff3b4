import type {Options, Selection, Values} from '../verb/command.ts';
import {composeProjectOptions, selectionOf} from '../options/project-options.ts';

/** The options before the verb; those of `docker compose`. */
export const composeOptions = {
	...composeProjectOptions,
	ansi: {kind: 'text', value: 'WHEN', choices: ['never', 'always', 'auto'], describe: 'When to use colors'},
	progress: {
		kind: 'text',
		value: 'HOW',
		choices: ['auto', 'tty', 'plain', 'json', 'quiet'],
		describe: 'How to show progress',
	},
	parallel: {kind: 'number', value: 'N', describe: 'No effect: tsbox decides how much it does at once'},
	compatibility: {kind: 'flag', describe: 'No effect: containers have the names of Compose 2'},
	'all-resources': {kind: 'flag', describe: 'With config: also what no service uses'},
	'dry-run': {kind: 'flag', describe: 'Say what the verb would do, and do nothing'},
} as const satisfies Options;

/** The values of {@link composeOptions}. */
export type ComposeValues = Values<typeof composeOptions>;

/** The project that the options select. Without a name it is called as its folder, as in Compose. */
export function composeSelection(values: ComposeValues, env: Readonly<Record<string, string | undefined>>): Selection {
	const name = values['project-name'] ?? (env['COMPOSE_PROJECT_NAME'] || undefined);
	return {...selectionOf(values), ...(name === undefined ? {} : {projectName: name}), nameFromFolder: true};
}

/** Index of the verb: the first word that is neither an option nor the value of one. */
export function verbIndex(words: readonly string[], options: Options): number {
	const isValued = (word: string | undefined): boolean => {
		if (word === undefined || !word.startsWith('-') || word.includes('=')) return false;
		const entries = Object.entries(options).filter(([, {kind}]) => kind !== 'flag');
		if (word.startsWith('--')) return entries.some(([name]) => word === `--${name}`);
		// `-fFILE` has its value in the same word.
		return entries.some(([, {short}]) => short !== undefined && word === `-${short}`);
	};
	for (let at = 0; at < words.length; at += 1) {
		if (isValued(words[at])) at += 1;
		else if (words[at]?.startsWith('-') === false) return at;
	}
	return words.length;
}
