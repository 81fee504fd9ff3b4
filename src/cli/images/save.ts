import {usageError} from '../options/usage-error.ts';
import type {RunAction} from './action.ts';
import {interruptible} from './interruptible.ts';
import {outputPlace} from './output-place.ts';

const formats = ['docker-archive', 'oci-archive'] as const;

/** `tsbox images save`. */
export const save: RunAction = async (values, words, {io, engine, folders}) => {
	const wanted = values.format ?? 'docker-archive';
	const format = formats.find(each => each === wanted);
	if (format === undefined)
		throw usageError(
			`--format of save is one of ${formats.join(', ')}, not "${wanted}"`,
			{word: wanted, known: formats},
			'images',
		);
	const place = outputPlace(values.output ?? '-', io);
	const machine = await engine.openMachine(folders);
	return interruptible(io, async signal => {
		await engine.saveImages(machine, words, place, {format, cwd: io.cwd, signal});
		return 0;
	});
};
