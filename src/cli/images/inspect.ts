import {lookOf} from '../output/look-of.ts';
import {jsonText} from '../../view/text/json.ts';
import type {RunAction} from './action.ts';

/** `tsbox images inspect`. */
export const inspect: RunAction = async (values, [word = ''], {io, engine, folders}) => {
	const image = await engine.inspectImage(await engine.openMachine(folders), word, io.cwd);
	const {format} = values;
	if (values.json || format === 'json') io.out(jsonText(image, 2));
	else if (format !== undefined) {
		const {formatTemplate} = await import('../../view/text/format-template.ts');
		io.out(`${formatTemplate(format, image)}\n`);
	} else {
		const {imageText} = await import('../../view/lists/image-text.ts');
		io.out(imageText(image, io.now(), await lookOf(io, 'stdout', image)));
	}
	return 0;
};
