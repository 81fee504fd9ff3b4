import type {DashConfig} from '../../spec/config/dash-config.ts';
import type {dashColumns, dashThemes} from '../../spec/config/dash-words.ts';
import type {ShownUp} from '../../tui/dash/show-up.ts';
import type {Context} from '../verb/command.ts';
import {programOf} from '../verb/program.ts';

/** The options of `dash` that are used here. */
interface VerbOptions {
	readonly filter?: string | undefined;
	readonly sort?: string | undefined;
	readonly reverse?: boolean;
	readonly active?: boolean;
	readonly theme?: string | undefined;
}

/** Opens the dashboard on the terminal. Returns the exit status when the user quits. */
export async function openDash({io, engine, folders}: Context, options: VerbOptions, up?: ShownUp): Promise<number> {
	// The slowest import starts first and overlaps with the machine checks.
	const loading = import('../../tui/dash/start-dash.ts');
	const machine = await engine.openMachine(folders);
	const {startDash} = await loading;
	const over = new AbortController();
	let isLent = false;
	const close = io.onSignal(name => {
		if (name !== 'SIGINT' || !isLent) over.abort(name);
	});
	try {
		const config: DashConfig = machine.dash?.config ?? {};
		await startDash({
			machine,
			program: programOf(io),
			cwd: io.cwd,
			env: io.env,
			signal: over.signal,
			lent: value => void (isLent = value),
			config: {
				...config,
				...(options.theme === undefined ? {} : {theme: options.theme as (typeof dashThemes)[number]}),
			},
			origin: machine.dash?.origin ?? null,
			filter: options.filter,
			sort: options.sort as (typeof dashColumns)[number] | undefined,
			reverse: options.reverse ?? false,
			active: options.active ?? false,
			...(up === undefined ? {} : {up}),
		});
	} finally {
		close();
	}
	return over.signal.reason === 'SIGTERM' ? 143 : over.signal.reason === 'SIGHUP' ? 129 : 0;
}
