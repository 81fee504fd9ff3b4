import type {RunAction} from './action.ts';
import {interruptible} from './interruptible.ts';

/** `tsbox images push`. */
export const push: RunAction = async (values, [word = '', destination], {io, engine, folders}) => {
	const machine = await engine.openMachine(folders);
	const {imageTitle} = await import('../../view/lists/images-table.ts');
	return interruptible(io, async signal => {
		if (!values.quiet) io.err(`pushing ${imageTitle(destination ?? word, true)}\n`);
		const {name, digest} = await engine.pushImage(machine, word, destination, {cwd: io.cwd, signal});
		io.out(`${values.quiet ? '' : `${imageTitle(name, true)} `}${digest}\n`);
		return 0;
	});
};
