import {TsboxError} from '../../errors/tsbox-error.ts';
import {dashColumns, dashThemes} from '../../spec/config/dash-words.ts';
import {defineCommand} from '../verb/command.ts';
import {hasDashScreen} from '../output/has-screen.ts';
import {openDash} from '../up/open-dash.ts';

/** `tsbox dash`: opens the dashboard. */
export const dash = defineCommand({
	name: 'dash',
	describe: 'Show all containers on one screen: use, output, plan, and drift',
	examples: [
		['tsbox dash', '? shows the keys'],
		['tsbox dash -f web -s cpu -r', 'containers that match "web", the busiest first'],
		['tsbox dash --plain', 'one line per change, for screen readers and scripts'],
		['tsbox dash --keys', 'all keys, and the names that change them in the configuration'],
	],
	options: {
		filter: {kind: 'text', short: 'f', value: 'WORDS', describe: 'Show only matching containers; / changes the filter'},
		sort: {kind: 'text', short: 's', value: 'COLUMN', choices: dashColumns, describe: 'Column to sort by'},
		reverse: {kind: 'flag', short: 'r', describe: 'Reverse the sort order'},
		active: {kind: 'flag', short: 'a', describe: 'Hide containers that exited with status 0'},
		theme: {
			kind: 'text',
			value: 'THEME',
			choices: dashThemes,
			describe: 'Colors for a dark or light terminal, or none',
		},
		plain: {kind: 'flag', describe: 'Print one line per change instead of drawing'},
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
			throw new TsboxError('E_USAGE', 'the dashboard needs a terminal that can move its cursor', {
				hint: 'use `tsbox dash --plain`, `tsbox ps --watch` or `tsbox stats`',
			});
		return openDash(context, values);
	},
});
