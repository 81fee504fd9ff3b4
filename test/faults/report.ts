import {mkdtempSync, existsSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {RowResult} from './try-row.ts';

/** Collects the results of the fault tests, and shows them as a table at the end of a full run. */
export function setup(): () => void {
	const folder = mkdtempSync(join(tmpdir(), 'tsbox-report-'));
	const file = join(folder, 'rows');
	process.env['FAULT_REPORT'] = file;
	return () => {
		const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
		rmSync(folder, {recursive: true});
		const rows = text
			.split('\n')
			.filter(line => line !== '')
			.map(line => JSON.parse(line) as RowResult);
		if ((process.env['FAULTS'] ?? process.env['FAULT_SAMPLE']) !== undefined && rows.length > 0)
			process.stdout.write(tableOf(rows));
	};
}

function tableOf(rows: readonly RowResult[]): string {
	const sum = (of: (row: RowResult) => number): number => rows.reduce((total, row) => total + of(row), 0);
	const cells = rows.map(row => [
		row.verb,
		row.points,
		row.possible,
		row.faults,
		row.missed.length,
		row.problems.length,
		Math.round(row.seconds),
	]);
	const total = [
		'total',
		sum(row => row.points),
		sum(row => row.possible),
		sum(row => row.faults),
		sum(row => row.missed.length),
		sum(row => row.problems.length),
		Math.round(sum(row => row.seconds)),
	];
	const lines = [['verb', 'points', 'possible', 'tried', 'not reached', 'leftovers', 's'], ...cells, total];
	const text = lines.map(
		([verb = '', ...rest]) => String(verb).padEnd(38) + rest.map(cell => String(cell).padStart(12)).join(''),
	);
	const notReached = rows.flatMap(({verb, missed}) => missed.map(each => `not reached: ${verb}, ${each}`));
	return `\n${[...text, '', ...notReached].join('\n')}\n\n`;
}
