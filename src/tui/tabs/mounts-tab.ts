import type {ContainerMount} from '../../container/machine/observed.ts';
import {plural} from '../../view/text/duration.ts';
import {escapeText} from '../../view/text/escape.ts';
import {type Body, type Frame, line} from '../draw/line.ts';
import {type Cell, columnLines} from './columns.ts';

const header = ['TARGET', 'TYPE', 'SOURCE', 'STEP', 'OPTIONS'];

/** The mounts of a container and the steps that made them. A mount without a step is marked. */
export function mountsTab(mounts: readonly ContainerMount[], frame: Frame): Body {
	if (mounts.length === 0) return {lines: [line('no mounts are seen', 'quiet')]};
	const strange = mounts.filter(({step}) => step === undefined).length;
	const {warning, done} = frame.glyphs;
	const summary =
		strange === 0
			? line(`${done} ${plural(mounts.length, 'mount')}, each made by a step of the plan`, 'ok')
			: line(`${warning} ${plural(mounts.length, 'mount')}, ${strange} of them made by no step of the plan`, 'warning');
	const head = header.map((text): Cell => ({text, tone: 'quiet'}));
	const rows = mounts.map(({target, type, source, options, step}): readonly Cell[] => [
		{text: escapeText(target), tone: step === undefined ? 'warning' : 'plain'},
		{text: escapeText(type)},
		{text: escapeText(source)},
		step === undefined ? {text: `${warning} no step`, tone: 'warning'} : {text: escapeText(step.title), tone: 'quiet'},
		{text: escapeText(options.join(','))},
	]);
	const quarter = Math.max(12, Math.floor(frame.columns / 4));
	return {lines: [summary, ...columnLines([head, ...rows], {...frame, limits: [quarter, 10, quarter, quarter]})]};
}
