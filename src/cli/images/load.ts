import {tell} from '../output/tell.ts';
import type {RunAction} from './action.ts';
import {interruptible} from './interruptible.ts';
import {pullView, type PullView} from './pull-view.ts';

/** `tsbox images load`. */
export const load: RunAction = async (values, [file], {io, engine, folders}) => {
	const machine = await engine.openMachine(folders);
	const {imageTitle} = await import('../../view/lists/images-table.ts');
	return interruptible(io, async signal => {
		let view: PullView | undefined;
		const from = values.input ?? file ?? '-';
		const loaded = await engine.loadImages(machine, from === '-' ? undefined : from, {
			cwd: io.cwd,
			signal,
			onResolved: (title, layers) => {
				view?.end();
				view = values.quiet ? undefined : pullView(imageTitle(title, true), io);
				view?.begin(layers);
			},
			onProgress: layers => view?.show(layers),
			tell: text => tell(io, text),
		});
		view?.end();
		for (const {names, digest} of loaded)
			io.out(
				`${values.quiet ? '' : `${names.length === 0 ? '<none>' : names.map(name => imageTitle(name, true)).join(' ')} `}${digest}\n`,
			);
		return 0;
	});
};
