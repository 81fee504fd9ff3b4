import type {Machine} from '../../container/machine/machine.ts';
import {stdin, stdout} from 'node:process';
import {TsboxError} from '../../errors/tsbox-error.ts';
import type {DashConfig} from '../../spec/config/dash-config.ts';
import {glyphs} from '../../view/text/glyphs.ts';
import {hasColour} from '../../view/text/theme.ts';
import {runDash} from './dash.ts';
import {knownKeys} from './model/known-keys.ts';
import {realSource, type Surroundings} from './real-source.ts';
import type {ColumnName, Sort} from './model/rows.ts';
import {readSettings} from './model/settings.ts';
import {type ShownUp, showUp} from './show-up.ts';
import {viewMemory} from './view-memory.ts';

/** Dashboard options of the command line. */
export interface StartDash extends Surroundings {
	readonly machine: Machine;
	readonly signal: AbortSignal;
	/** Called when a program gets the terminal, which then gets Ctrl-C, and when the dashboard has it back. */
	readonly lent: (isLent: boolean) => void;
	readonly config: DashConfig;
	/** The file of the configuration. */
	readonly origin: string | null;
	readonly filter?: string | undefined;
	readonly sort?: ColumnName | undefined;
	readonly reverse: boolean;
	readonly active: boolean;
	/** An `up` to show first. */
	readonly up?: ShownUp;
}

/**
 * Shows the dashboard on the terminal of this process until the user leaves it.
 *
 * @throws TsboxError E_CONFIG for invalid keys in the configuration.
 */
export async function startDash(start: StartDash): Promise<void> {
	const {machine, config, env, up} = start;
	const keys = knownKeys(config.keys ?? {}, start.origin);
	if (!('fd' in stdout) || stdout.isTTY !== true) throw new TsboxError('E_USAGE', 'the dashboard needs a terminal', {});
	const memory = viewMemory(machine.host, env);
	const kept = readSettings(memory.read(), config);
	const settings = {
		...kept,
		...(start.active ? {ended: false} : {}),
		sort: sortOf(start, kept.sort),
	};
	const signs = glyphs(env);
	const source = realSource(machine, start);
	await runDash({
		source: {
			...source,
			lend: async words => {
				start.lent(true);
				try {
					return await source.lend(words);
				} finally {
					start.lent(false);
				}
			},
		},
		stdin,
		stdout,
		theme: hasColour({...env, CI: undefined}, true) ? (config.theme ?? 'dark') : 'none',
		glyphs: config.ascii === true ? glyphs({}) : signs,
		keys,
		settings,
		remember: memory.write,
		signal: start.signal,
		...(start.filter === undefined ? {} : {filter: start.filter}),
		...(up === undefined ? {} : {begin: dashboard => showUp(dashboard, up)}),
	});
}

/** The requested column, or else the stored order, which `reverse` inverts. */
export function sortOf({sort, reverse}: Pick<StartDash, 'sort' | 'reverse'>, kept: Sort): Sort {
	return sort === undefined ? {...kept, descending: kept.descending !== reverse} : {column: sort, descending: reverse};
}
