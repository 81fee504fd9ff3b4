import {asForeseen} from '../../errors/system-failure.ts';
import {isTsboxError} from '../../errors/tsbox-error.ts';
import {themeOf} from '../output/theme-of.ts';
import type {RunAction} from './action.ts';

/** `tsbox images rm`. An error does not keep it from the other images; the first one decides the exit status. */
export const remove: RunAction = async (_values, words, {io, engine, folders}) => {
	const machine = await engine.openMachine(folders);
	const {imageTitle} = await import('../../view/lists/images-table.ts');
	let status = 0;
	for (const word of words) {
		try {
			const {untagged, digest} = await engine.removeImage(machine, word, io.cwd);
			for (const name of untagged) io.out(`untagged ${imageTitle(name, true)}\n`);
			if (digest !== null) io.out(`removed ${digest}\n`);
		} catch (cause) {
			const error = asForeseen(cause);
			if (!isTsboxError(error)) throw error;
			const {errorText} = await import('../../view/text/error-text.ts');
			io.err(errorText(error, themeOf(io, 'stderr')));
			if (status === 0) status = error.exitStatus;
		}
	}
	return status;
};
