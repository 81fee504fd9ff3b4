import type {Context} from '../verb/command.ts';
import type {Io} from '../verb/io.ts';
import type {Rest} from '../../container/start/end-rest.ts';
import type {MemoryTold} from '../../kernel/watch-memory.ts';
import {stopSignals} from '../options/stop-signals.ts';
import {runProgress} from './run-progress.ts';

/**
 * The variable in which bin/front.pl says what is left to do of a start that it has made: `ended NAME STATUS KILLS VICTIMS` and
 * `interrupted NAME SIGNAL`; or what to tell of a container that it looks after, `killed NAME KILLS VICTIMS FD`. KILLS and VICTIMS are
 * those that the user knows of.
 */
const word = 'TSBOX_LEFT';

/** Kills for lack of memory that bin/front.pl has seen in a container that runs. */
export interface Kills {
	readonly kind: 'killed';
	readonly name: string;
	/** What the user knows of. */
	readonly told: MemoryTold;
	/** The descriptor that gets what the user knows of then. */
	readonly answer: number;
}

/** What bin/front.pl has left to do; undefined if this command line is a start of its own. */
export function frontRest(env: Io['env']): Rest | Kills | undefined {
	const [kind = '', name = '', ...words] = (env[word] ?? '').split(' ');
	// No child may have it.
	delete process.env[word];
	const [first = 0, second = 0, third = 0] = words.map(Number);
	switch (kind) {
		case 'ended':
			return {kind, name, exitCode: first, told: {kills: second, victims: third}};
		case 'killed':
			return {kind, name, told: {kills: first, victims: second}, answer: third};
		case 'interrupted':
			return {kind, name, signal: words[0] ?? ''};
		default:
			return undefined;
	}
}

/** Does the rest of a start that bin/front.pl has made, or tells of its container. Returns the exit status. */
export async function endRest(rest: Rest | Kills, {io, engine, folders}: Context): Promise<number> {
	const stop = stopSignals(io, 'the start');
	const view = runProgress('quiet', io, stop.signal);
	try {
		const machine = await engine.openMachine(folders);
		if (rest.kind !== 'killed') return await engine.endRest(machine, rest, view.emit);
		const {kills, victims} = await engine.tellKills(machine, rest.name, rest.told, view.emit);
		machine.host.writeKernelFile(`/proc/self/fd/${rest.answer}`, `${kills} ${victims}\n`);
		return 0;
	} finally {
		await view.close();
		stop.close();
	}
}
