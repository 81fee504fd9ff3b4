import {resolve} from 'node:path';
import {diffRuns as diff, type RunDifference} from '../records/diff-runs.ts';
import {type ListedRun, listRuns as list, removeRun as remove} from '../records/list-runs.ts';
import {type ShownRun, showRun as show} from '../records/show-run.ts';
import {checkOptions} from './check-options.ts';
import {checkText, runsTable, storeTable} from './option-tables.ts';
import {type MachineChoice, machineOf} from './options.ts';

/** Where records are looked for. */
export interface RunsOptions extends MachineChoice {
	/** What relative paths of folders and exported files start from; by default the working folder. */
	readonly cwd?: string;
}

function folderOf({cwd = process.cwd()}: RunsOptions): string {
	return resolve(cwd);
}

/**
 * All run records of the store, the newest first. One that can't be read has `problem` in place of `run`.
 *
 * @throws TsboxError (rejects) of the machine.
 */
export async function listRuns(options: MachineChoice = {}): Promise<readonly ListedRun[]> {
	checkOptions('listRuns', storeTable, options);
	return list(await machineOf(options));
}

/**
 * All of one record: what `run.json` has, the spec as it was read, the files that the command wrote, and the end of its output,
 * 256 KiB of each stream; the whole is in `folder`.
 *
 * @param run - an id, the start of one or of its last six digits, a folder, or a file of `tsbox runs export`
 * @throws TsboxError (rejects) E_RUN_NOT_FOUND, E_RUN_INVALID, E_USAGE for the start of several.
 */
export async function showRun(run: string, options: RunsOptions = {}): Promise<ShownRun> {
	checkText('the run for `showRun`', run);
	checkOptions('showRun', runsTable, options);
	return show(await machineOf(options), run, folderOf(options));
}

/**
 * How two runs differ: steps, facts of the machine, times (ms), files to the first byte, output, end. `outputsDiffer` says
 * whether the last three do.
 *
 * @param before - as in {@link showRun}
 * @param after - the other one
 * @throws TsboxError (rejects) E_RUN_NOT_FOUND, E_RUN_INVALID, E_USAGE.
 */
export async function diffRuns(before: string, after: string, options: RunsOptions = {}): Promise<RunDifference> {
	for (const run of [before, after]) checkText('a run for `diffRuns`', run);
	checkOptions('diffRuns', runsTable, options);
	return diff(await machineOf(options), [before, after], folderOf(options));
}

/**
 * Removes a record of the store; gives its id.
 *
 * @param run - an id, or the start of one or of its last six digits
 * @throws TsboxError (rejects) E_RUN_NOT_FOUND, E_USAGE.
 */
export async function removeRun(run: string, options: MachineChoice = {}): Promise<string> {
	checkText('the run for `removeRun`', run);
	checkOptions('removeRun', storeTable, options);
	return remove(await machineOf(options), run);
}
