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
const goFirst = ['COMMAND', 'TOOK', 'STARTED', 'LOCK', 'NAME', 'NODE', 'OUTCOME'];

/** The beginning of a digest, as tables show it. */
function shortDigest(digest: string): string {
	return digest.replace('sha256:', '').slice(0, 12);
}

/**
 * One line per run record: with its machine where the records are of several, and with its lock where a record has one. `now` is in ms since
 * the epoch.
 */
export function runsTable(runs: readonly ListedRun[], now: number, {width, fit}: Look): string {
	const known = runs.flatMap(each => ('run' in each ? [each.run] : []));
	const isOfSeveral = new Set(known.map(({node}) => node)).size > 1;
	const columns: readonly (readonly [title: string, cell: (run: RunRecord) => string])[] = [
		['ID', ({id}) => id],
		['NAME', ({name}) => name],
		...(isOfSeveral ? [['NODE', ({node}: RunRecord) => node ?? '-'] as const] : []),
		['STARTED', ({startedAt}) => `${age(now - startedAt)} ago`],
		['TOOK', ({startedAt, endedAt}) => duration(endedAt - startedAt)],
		['OUTCOME', runOutcome],
		...(known.some(({lock}) => lock !== undefined)
			? [['LOCK', ({lock}: RunRecord) => (lock === undefined ? '-' : shortDigest(lock))] as const]
			: []),
		['COMMAND', ({command}) => command.join(' ')],
	];
	const titles = columns.map(([title]) => title);
	const rows = runs.map(listed =>
		columns.map(([title, cell]) => {
			if ('run' in listed) return escapeText(cell(listed.run));
			if (title === 'ID') return listed.id;
			return title === 'OUTCOME' ? `damaged: ${escapeText(listed.problem)}` : '-';
		}),
	);
	return table([titles, ...rows], width, {
		columns: fit,
		order: goFirst.map(title => titles.indexOf(title)).filter(at => at !== -1),
	});
}
