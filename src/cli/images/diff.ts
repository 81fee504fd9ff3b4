import {lookOf} from '../output/look-of.ts';
import {jsonText} from '../../view/text/json.ts';
import type {RunAction} from './action.ts';
import {interruptible} from './interruptible.ts';
import {tellUnread} from './tell-unread.ts';

/** `tsbox images diff`. */
export const diff: RunAction = async (values, [one = '', other = ''], {io, engine, folders}) => {
	const machine = await engine.openMachine(folders);
	return interruptible(io, async signal => {
		const difference = await engine.diffImages(machine, [one, other], {cwd: io.cwd, signal});
		if (values.json) io.out(jsonText(difference, 2));
		else {
			const {imageDiffText} = await import('../../view/lists/image-diff-text.ts');
			await io.page(imageDiffText(difference, await lookOf(io, 'stdout', difference)));
		}
		tellUnread(io, difference.unread);
		return 0;
	});
};
