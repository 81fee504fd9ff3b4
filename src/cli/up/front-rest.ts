import type {Context} from '../verb/command.ts';
import type {Io} from '../verb/io.ts';
import type {Rest} from '../../container/start/end-rest.ts';
import {stopSignals} from '../options/stop-signals.ts';
import {runProgress} from './run-progress.ts';

/** The variable in which bin/front.pl says what is left to do of a start that it has made: `ended NAME STATUS`, `interrupted NAME SIGNAL`. */
const word = 'TSBOX_LEFT';

/** What bin/front.pl has left to do; undefined if this command line is a start of its own. */
export function frontRest(env: Io['env']): Rest | undefined {
	const [, kind, name = '', what = ''] = /^(ended|interrupted) (\S+) (\w+)$/.exec(env[word] ?? '') ?? [];
	// No child may have it.
	delete process.env[word];
	if (kind === undefined) return undefined;
	return kind === 'ended' ? {kind, name, exitCode: Number(what)} : {kind: 'interrupted', name, signal: what};
}

/** Does the rest of a start that bin/front.pl has made. Returns the exit status. */
export async function endRest(rest: Rest, {io, engine, folders}: Context): Promise<number> {
	const stop = stopSignals(io, 'the start');
	const view = runProgress('quiet', io, stop.signal);
	try {
		return await engine.endRest(await engine.openMachine(folders), rest, view.emit);
	} finally {
		await view.close();
		stop.close();
	}
}
