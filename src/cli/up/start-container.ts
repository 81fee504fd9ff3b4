import type {Context} from '../verb/command.ts';
import type {SpecRequest} from '../../container/machine/spec-request.ts';
import {exitStatus} from '../options/exit-status.ts';
import {type ProgressKind, runProgress} from './run-progress.ts';
import {stopSignals} from '../options/stop-signals.ts';

/** How a verb wants its container started. */
export interface StartOptions {
	readonly verb: 'up' | 'run';
	readonly spec: SpecRequest;
	readonly tty: boolean;
	readonly progress: ProgressKind;
	/** Keep a record of the run, also where the spec does not ask for one. */
	readonly record: boolean;
}

/** Starts a container, shows its progress, passes signals on and gives the exit status of its command. */
export async function startContainer(
	{verb, spec, tty, progress, record}: StartOptions,
	context: Context,
): Promise<number> {
	const {io, engine, folders} = context;
	const stop = stopSignals(io, 'the start');
	const view = runProgress(progress, io, stop.signal);
	try {
		const end = await engine.up(await engine.openMachine(folders), {
			...spec,
			verb,
			tty,
			...(record ? {record} : {}),
			// Standard output carries the events of --json alone; the command's own joins its standard error.
			stdio: {stdin: 0, stdout: progress === 'json' ? 2 : 1, stderr: 2},
			signal: stop.signal,
			force: stop.force,
			emit: view.emit,
			...(view.hold === undefined ? {} : {hold: view.hold}),
		});
		return exitStatus(end);
	} finally {
		view.close();
		stop.close();
	}
}
