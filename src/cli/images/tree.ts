import {lookOf} from '../output/look-of.ts';
import {usageError} from '../options/usage-error.ts';
import {jsonText} from '../../view/text/json.ts';
import type {RunAction} from './action.ts';
import {interruptible} from './interruptible.ts';
import {tellUnread} from './tell-unread.ts';

/** `tsbox images tree`. */
export const tree: RunAction = async (values, [word = ''], {io, engine, folders}) => {
	const {depth = 2} = values;
	if (!Number.isInteger(depth) || depth < 0) throw usageError('--depth must be a whole number', undefined, 'images');
	const machine = await engine.openMachine(folders);
	return interruptible(io, async signal => {
		const shown = await engine.imageTree(machine, word, {cwd: io.cwd, depth, signal});
		if (values.json) io.out(jsonText(shown, 2));
		else {
			const {imageTreeText} = await import('../../view/lists/image-tree-text.ts');
			await io.page(imageTreeText(shown, await lookOf(io, 'stdout', shown)));
		}
		tellUnread(io, shown.unread);
		return 0;
	});
};
