import {measureFor} from '../../view/text/look.ts';
import type {Options} from '../verb/command.ts';

/** The `--format` of a verb that lists something. */
export const formatOption = {
	format: {
		kind: 'text',
		value: 'FORMAT',
		describe: 'table, json, or a template such as {{.Field}}; start it with table for columns',
	},
} as const satisfies Options;

/** Fills in a `--format` template for each row. An unknown field is one that `sample` does not have. */
export async function rowsBy(template: string, rows: readonly unknown[], sample: unknown): Promise<string> {
	const {formatRows} = await import('../../view/text/format-template.ts');
	return formatRows(template, rows, sample, await measureFor(JSON.stringify(rows)));
}
