import {eachName} from '../options/each-name.ts';
import type {RunAction} from './action.ts';

/** `tsbox images rm`. An error does not keep it from the other images; the first one decides the exit status. */
export const remove: RunAction = async (_values, words, {io, engine, folders}) => {
	const machine = await engine.openMachine(folders);
	const {imageTitle} = await import('../../view/lists/images-table.ts');
	return eachName(words, io, async word => {
		const {untagged, digest} = await engine.removeImage(machine, word, io.cwd);
		const names = untagged.map(name => `untagged ${imageTitle(name, true)}`);
		return [...names, ...(digest === null ? [] : [`removed ${digest}`])].join('\n');
	});
};
