import type {Machine} from '../container/machine/machine.ts';
import {didYouMean} from '../errors/did-you-mean.ts';
import {isTsboxError, TsboxError} from '../errors/tsbox-error.ts';
import {isRunId, removeRunFolder, runsFolder} from '../state/run-place.ts';
import {readRun} from './read-run.ts';
import type {RunRecord} from './run-record.ts';

/** A record of the store: what is in it, or why it can't be read. */
export type ListedRun =
	| {readonly id: string; readonly folder: string; readonly run: RunRecord}
	| {readonly id: string; readonly folder: string; readonly problem: string};

/** What of the machine the records need. */
export type RunsMachine = Pick<Machine, 'host' | 'dirs'>;

function runIds({host, dirs}: RunsMachine): readonly string[] {
	return host.list(runsFolder(dirs.store)).filter(isRunId);
}

/** All records of the store, the newest first; damaged ones too. */
export function listRuns(machine: RunsMachine): readonly ListedRun[] {
	return runIds(machine)
		.toReversed()
		.map(id => {
			const folder = `${runsFolder(machine.dirs.store)}/${id}`;
			try {
				return {id, folder, run: readRun(machine.host, folder)};
			} catch (error) {
				if (!isTsboxError(error)) throw error;
				return {id, folder, problem: error.why ?? error.message};
			}
		});
}

/**
 * The id that a word of the command line means: the whole id, the start of one, or the start of its random digits.
 *
 * @throws TsboxError E_RUN_NOT_FOUND for none, E_USAGE for more than one.
 */
export function findRunId(machine: RunsMachine, word: string): string {
	const ids = runIds(machine);
	const lower = word.toLowerCase();
	const starting = ids.filter(id => id.startsWith(lower));
	const meant = starting.length > 0 ? starting : ids.filter(id => id.split('-')[1]?.startsWith(lower) === true);
	const [first, ...others] = word === '' ? [] : meant;
	if (first === undefined) {
		const near = didYouMean(lower, [...ids, ...ids.map(id => id.split('-')[1] ?? '')]);
		throw new TsboxError('E_RUN_NOT_FOUND', `there is no run record ${word}`, {
			hint: near === undefined ? '`tsbox runs ls` lists them' : `did you mean ${near}?`,
		});
	}
	if (others.length > 0)
		throw new TsboxError('E_USAGE', `${word} is the start of ${meant.length} ids`, {
			hint: `write more of the id: ${meant.slice(0, 5).join(', ')}${meant.length > 5 ? ', ...' : ''}`,
		});
	return first;
}

/** Removes a record; gives its id. Throws TsboxError E_RUN_NOT_FOUND, E_USAGE. */
export function removeRun(machine: RunsMachine, word: string): string {
	const id = findRunId(machine, word);
	removeRunFolder(machine.host, machine.dirs.store, id);
	return id;
}
