import type {Machine} from '../container/machine/machine.ts';
import {didYouMean} from '../errors/did-you-mean.ts';
import {isTsboxError, TsboxError} from '../errors/tsbox-error.ts';
import {isRunId, removeRunFolder, runsFolder} from '../state/run-place.ts';
import {readRun} from './read-run.ts';
import type {RunRecord} from './run-record.ts';

/** A record in the store, or the reason why it cannot be read. */
export type ListedRun =
	| {readonly id: string; readonly folder: string; readonly run: RunRecord}
	| {readonly id: string; readonly folder: string; readonly problem: string};

/** The parts of the machine that records need. */
export type RunsMachine = Pick<Machine, 'host' | 'dirs'>;

function runIds({host, dirs}: RunsMachine): readonly string[] {
	return host.list(runsFolder(dirs.store)).filter(isRunId);
}

/** All records in the store, newest first, including damaged ones. */
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
 * Finds a run id by the whole id, the start of an id, or the start of its random digits.
 *
 * @throws TsboxError E_RUN_NOT_FOUND for no match, E_USAGE for several.
 */
export function findRunId(machine: RunsMachine, word: string): string {
	const ids = runIds(machine);
	const lower = word.toLowerCase();
	const starting = ids.filter(id => id.startsWith(lower));
	const meant = starting.length > 0 ? starting : ids.filter(id => id.split('-')[1]?.startsWith(lower) === true);
	const [first, ...others] = word === '' ? [] : meant;
	if (first === undefined) {
		const near = didYouMean(lower, [...ids, ...ids.map(id => id.split('-')[1] ?? '')]);
		throw new TsboxError('E_RUN_NOT_FOUND', `no run record ${word}`, {
			hint: near === undefined ? 'list the records with `tsbox runs ls`' : `did you mean ${near}?`,
		});
	}
	if (others.length > 0)
		throw new TsboxError('E_USAGE', `${word} matches ${meant.length} run ids`, {
			hint: `type more of the id: ${meant.slice(0, 5).join(', ')}${meant.length > 5 ? ', ...' : ''}`,
		});
	return first;
}

/** Removes a record and returns its id. Throws TsboxError E_RUN_NOT_FOUND, E_USAGE. */
export function removeRun(machine: RunsMachine, word: string): string {
	const id = findRunId(machine, word);
	removeRunFolder(machine.host, machine.dirs.store, id);
	return id;
}
