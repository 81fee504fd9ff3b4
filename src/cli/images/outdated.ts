import type {TagState} from '../../container/images/outdated-images.ts';
import {rowsBy} from '../options/format-option.ts';
import {lookOf} from '../output/look-of.ts';
import {jsonText} from '../../view/text/json.ts';
import type {RunAction} from './action.ts';
import {interruptible} from './interruptible.ts';

/** Has every field, to check a template before there is a tag. */
const noTag: TagState = {name: '', here: '', there: '', state: 'moved', problem: '', pulled: 0};

/** `tsbox images outdated`. The exit status is 1 when a tag has moved. */
export const outdated: RunAction = async (values, words, {io, engine, folders}) => {
	const machine = await engine.openMachine(folders);
	const names: string[] = [];
	for (const word of words) names.push(await engine.imageReference(machine, word, io.cwd));
	return interruptible(io, async signal => {
		const tags = await engine.outdatedImages(machine, names.length === 0 ? undefined : names, signal);
		const moved = tags.filter(({state}) => state === 'moved');
		const {format = 'table'} = values;
		if (values.json || format === 'json') io.out(jsonText(tags, 2));
		else if (values.quiet) io.out(moved.map(({name}) => `${name}\n`).join(''));
		else if (format !== 'table') io.out(await rowsBy(format, tags, noTag));
		else {
			const {tagsTable} = await import('../../view/lists/tags-table.ts');
			io.out(tagsTable(tags, io.now(), await lookOf(io, 'stdout', tags)));
		}
		return moved.length > 0 ? 1 : 0;
	});
};
