import type {RunAction} from './action.ts';

/** `tsbox images tag`. */
export const tag: RunAction = async (_values, [word = '', name = ''], {io, engine, folders}) => {
	const complete = await engine.tagImage(await engine.openMachine(folders), word, name, io.cwd);
	const {imageTitle} = await import('../../view/lists/images-table.ts');
	io.out(`${imageTitle(complete, true)}\n`);
	return 0;
};
