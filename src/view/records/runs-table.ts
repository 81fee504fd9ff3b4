import type {ListedRun} from '../../records/list-runs.ts';
import type {RunRecord} from '../../records/run-record.ts';
import {age, duration} from '../text/duration.ts';
import {escapeText} from '../text/escape.ts';
import type {Look} from '../text/look.ts';
import {table} from '../text/table.ts';

/** The outcome of a run in words: `exited with 3`, `ended by SIGKILL`, `did not start: ...`. */
export function runOutcome({end, error, outcome}: Pick<RunRecord, 'end' | 'error' | 'outcome'>): string {
	if (error !== undefined) return `failed: ${escapeText(error.message)}`;
	if (end === null) return outcome;
	return end.signal === null ? `exited with ${end.exitCode}` : `ended by ${escapeText(end.signal)}`;
}

/** The order in which columns are dropped on a narrow terminal. OUTCOME stays longest. */
const goFirst = [5, 3, 2, 1, 4];

/** One line per run record. `now` is in ms since the epoch. */
export function runsTable(runs: readonly ListedRun[], now: number, {width, fit}: Look): string {
	const rows = runs.map(listed => {
		if ('problem' in listed) return [listed.id, '-', '-', '-', `damaged: ${escapeText(listed.problem)}`, '-'];
		const {run} = listed;
		return [
			escapeText(run.id),
			escapeText(run.name),
			`${age(now - run.startedAt)} ago`,
			duration(run.endedAt - run.startedAt),
			runOutcome(run),
			run.command.map(escapeText).join(' '),
		];
	});
	return table([['ID', 'NAME', 'STARTED', 'TOOK', 'OUTCOME', 'COMMAND'], ...rows], width, {
		columns: fit,
		order: goFirst,
	});
}
