import {resolve} from 'node:path';
import {diffRuns as diff, type RunDifference} from '../records/diff-runs.ts';
import {type ListedRun, listRuns as list, removeRun as remove} from '../records/list-runs.ts';
import {type ShownRun, showRun as show} from '../records/show-run.ts';
import {checkOptions} from './check-options.ts';
import {checkText, runsTable, storeTable} from './option-tables.ts';
import {type MachineChoice, machineOf} from './options.ts';

/** Options of `showRun` and `diffRuns`. */
export interface RunsOptions extends MachineChoice {
	/** The folder that relative paths of run folders and exported files start from; by default the working directory. */
	readonly cwd?: string;
}

function folderOf({cwd = process.cwd()}: RunsOptions): string {
	return resolve(cwd);
}

/**
 * Lists all run records in the store, newest first. A damaged record has `problem` in place of `run`.
 *
 * @throws TsboxError (rejects) errors of the machine.
 */
export async function listRuns(options: MachineChoice = {}): Promise<readonly ListedRun[]> {
	checkOptions('listRuns', storeTable, options);
	return list(await machineOf(options));
}

/**
 * Reads a run record: the content of `run.json`, the spec, the files that the command wrote, and the last 256 KiB of each
 * output stream. `folder` holds the complete record.
 *
 * @param run - a run id, a unique start of an id or of its last six digits, a folder, or a file from `tsbox runs export`
 * @throws TsboxError (rejects) E_RUN_NOT_FOUND, E_RUN_INVALID, or E_USAGE for an ambiguous id.
 */
export async function showRun(run: string, options: RunsOptions = {}): Promise<ShownRun> {
	checkText('the run for `showRun`', run);
	checkOptions('showRun', runsTable, options);
	return show(await machineOf(options), run, folderOf(options));
}

/**
 * Compares two runs: steps, facts of the machine, times (ms), files down to the first different byte, output, and end.
 * `outputsDiffer` is true when files, output or end differ.
 *
 * @param before - the first run, named as in {@link showRun}
 * @param after - the second run
 * @throws TsboxError (rejects) E_RUN_NOT_FOUND, E_RUN_INVALID, E_USAGE.
 */
export async function diffRuns(before: string, after: string, options: RunsOptions = {}): Promise<RunDifference> {
	for (const run of [before, after]) checkText('a run for `diffRuns`', run);
	checkOptions('diffRuns', runsTable, options);
	return diff(await machineOf(options), [before, after], folderOf(options));
}

/**
 * Removes a run record from the store and gives its id.
 *
 * @param run - a run id, or a unique start of an id or of its last six digits
 * @throws TsboxError (rejects) E_RUN_NOT_FOUND, E_USAGE.
 */
export async function removeRun(run: string, options: MachineChoice = {}): Promise<string> {
	checkText('the run for `removeRun`', run);
	checkOptions('removeRun', storeTable, options);
	return remove(await machineOf(options), run);
}
