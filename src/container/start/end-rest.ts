import type {Machine} from '../machine/machine.ts';
import {interruption} from '../../errors/interruption.ts';
import type {EventSink} from '../../execute/event.ts';
import {rollBack, rollBackFailed} from '../../execute/rollback.ts';
import {killCgroup} from '../../execute/undo.ts';
import {identify} from '../../host/programs/process.ts';
import type {MemoryTold} from '../../kernel/watch-memory.ts';
import {releaseName} from '../../state/claim.ts';
import {noteExit} from '../../state/exited.ts';
import {type ContainerRecord, containerFolder, readRecord} from '../../state/record.ts';
import {killedStatus} from '../machine/exit-code.ts';
import {readJournal} from '../../execute/journal.ts';
import {watchKills} from './watch-kills.ts';

/** What is left to do of a start without Node: its command has ended, or a signal came before it ran. */
export type Rest =
	| {readonly kind: 'ended'; readonly name: string; readonly exitCode: number; readonly told: MemoryTold}
	| {readonly kind: 'interrupted'; readonly name: string; readonly signal: string};

/**
 * Does the rest of a start that bin/front.pl has made: this process was that program before, so that the container is its own.
 *
 * @returns the exit status of the command
 * @throws TsboxError E_INTERRUPTED, or why something cannot be taken back
 */
export async function endRest(machine: Machine, rest: Rest, emit: EventSink): Promise<number> {
	const {host, facts, dirs} = machine;
	const conf = containerFolder(dirs.state, rest.name);
	const record = ownRecord(machine, conf);
	if (rest.kind === 'interrupted') {
		if (record !== undefined && (await rollBackFailed(host, facts, conf, emit)))
			releaseName(host, dirs.state, rest.name);
		throw interruption('the start', rest.signal);
	}
	if (record === undefined) return rest.exitCode;
	const {process: first} = record;
	if (first !== null) {
		watchKills(machine, record, first, rest.told, emit).close(rest.exitCode === killedStatus);
		for (const entry of readJournal(host, conf))
			if ('undo' in entry && entry.undo.kind === 'stop') killCgroup(host, entry.undo.kill);
		noteExit(host, dirs.state, record, first, rest.exitCode);
	}
	await rollBack(host, facts, conf, emit);
	releaseName(host, dirs.state, rest.name);
	return rest.exitCode;
}

/** Reports the kills for lack of memory in a container that bin/front.pl looks after. Returns all that was reported. */
export function tellKills(machine: Machine, name: string, told: MemoryTold, emit: EventSink): MemoryTold {
	const record = readRecord(machine.host, containerFolder(machine.dirs.state, name));
	if (record === undefined || record.process === null) return told;
	const watch = watchKills(machine, record, record.process, told, emit);
	const now = watch.look();
	watch.stop();
	return now;
}

/** The record of a container, if this process is its owner. */
function ownRecord({host}: Machine, conf: string): ContainerRecord | undefined {
	const record = readRecord(host, conf);
	const own = identify(host, process.pid);
	return record?.owner.pid === own?.pid && record?.owner.startTime === own?.startTime ? record : undefined;
}
