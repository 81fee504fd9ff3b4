import {TsboxError} from '../../errors/tsbox-error.ts';
import {dashColumns, dashThemes} from '../../spec/config/dash-words.ts';
import {defineCommand} from '../verb/command.ts';
import {hasDashScreen} from '../output/has-screen.ts';
import {openDash} from '../up/open-dash.ts';

/** `tsbox dash`: the dashboard. */
export const dash = defineCommand({
	name: 'dash',
	describe: 'Show all containers on one screen: use, output, plan, and drift',
	examples: [
		['tsbox dash', '? shows the keys'],
		['tsbox dash -f web -s cpu -r', 'those with "web" in them, the busiest first'],
		['tsbox dash --plain', 'a line for each change, for screen readers and scripts'],
		['tsbox dash --keys', 'all keys, and the names to change them by'],
	],
	options: {
		filter: {kind: 'text', short: 'f', value: 'WORDS', describe: 'Show what matches; / changes it'},
		sort: {kind: 'text', short: 's', value: 'COLUMN', choices: dashColumns, describe: 'The column to sort by'},
		reverse: {kind: 'flag', short: 'r', describe: 'Sort the other way round'},
		active: {kind: 'flag', short: 'a', describe: 'Leave out what has ended well'},
		theme: {
			kind: 'text',
			value: 'THEME',
			choices: dashThemes,
			describe: 'Colours for a dark terminal, a light one, or none',
		},
		plain: {kind: 'flag', describe: 'Print a line for each change, without a screen'},
		keys: {kind: 'flag', describe: 'List the keys'},
	},
	positionals: [],
	async run({values}, context) {
		const {io, engine, folders} = context;
		if (values.keys) {
			const {keyList, knownKeys} = await import('../../tui/dash/model/known-keys.ts');
			const {dash: config} = await engine.openMachine(folders);
			io.out(keyList(knownKeys(config?.config.keys ?? {}, config?.origin ?? null)));
			return 0;
		}
		if (values.plain) {
			const {dashPlain} = await import('../up/dash-plain.ts');
			return dashPlain(context, values.filter);
		}
		if (!hasDashScreen(io))
			throw new TsboxError('E_USAGE', 'the dashboard needs a terminal that can be drawn on', {
				hint: 'use `tsbox dash --plain`, `tsbox ps --watch` or `tsbox stats`',
			});
		return openDash(context, values);
	},
});
