import {outputPlace} from './output-place.ts';
import type {RunAction} from './action.ts';
import {interruptible} from './interruptible.ts';

/** `tsbox images export`. */
export const exportTar: RunAction = async (_values, [word = '', file = '-'], {io, engine, folders}) => {
	const place = outputPlace(file, io);
	const machine = await engine.openMachine(folders);
	return interruptible(io, async signal => {
		await engine.exportImage(machine, word, place, {cwd: io.cwd, signal});
		return 0;
	});
};
