import {lookOf} from '../output/look-of.ts';
import {rowsBy} from '../options/format-option.ts';
import {jsonText} from '../../view/text/json.ts';
import type {HistoryStep} from '../../container/images/image-history.ts';
import type {RunAction} from './action.ts';

/** Has every field, to check a template before there is a step. */
const noStep: HistoryStep = {layer: 0, diffId: '', bytes: 0, created: 0, createdBy: '', comment: ''};

/** `tsbox images history`. */
export const history: RunAction = async (values, [word = ''], {io, engine, folders}) => {
	const steps = await engine.imageHistory(await engine.openMachine(folders), word, io.cwd);
	const {format = 'table'} = values;
	if (values.json || format === 'json') io.out(jsonText(steps, 2));
	else if (values.quiet) io.out(steps.flatMap(({diffId}) => (diffId === null ? [] : [`${diffId}\n`])).join(''));
	else if (format !== 'table') io.out(await rowsBy(format, steps, noStep));
	else {
		const {historyTable} = await import('../../view/lists/history-table.ts');
		io.out(historyTable(steps, io.now(), await lookOf(io, 'stdout', steps), values['no-trunc']));
	}
	return 0;
};
