import type {ShownRun} from '../../records/show-run.ts';
import {duration, plural} from '../text/duration.ts';
import {escapeLines, escapeText} from '../text/escape.ts';
import type {Look} from '../text/look.ts';
import {wrapCommand, wrapWords} from '../text/wrap.ts';
import {changeLines} from '../plan/snapshot-lines.ts';
import {stepViews} from './step-views.ts';

const indent = '  ';

/** All steps of a recorded start: each with its command, its why, and what the kernel showed differently after it. */
export function stepsText(shown: ShownRun, look: Look): string {
	const {run} = shown;
	const {theme, width} = look;
	const columns = Math.max(20, look.columns - indent.length);
	const lines = stepViews(shown).flatMap(({step, changes, note}, index) => [
		'',
		`${theme.quiet(`${index + 1}/${run.steps.length}`)} ${theme.strong(escapeText(step.title))}  ${theme.quiet(outcome(step))}`,
		...wrapCommand(escapeLines(step.command), columns, width).map(line => indent + theme.command(line)),
		...wrapWords(escapeText(step.why ?? ''), columns, width).map(line => indent + line),
		...(changes.length === 0
			? [indent + theme.quiet(note)]
			: changeLines(changes, {...look, columns}).map(line => indent + line)),
	]);
	return [`${escapeText(run.name)}, run ${run.id}: ${plural(run.steps.length, 'step')}`, ...lines, ''].join('\n');
}

function outcome({status, ms}: {readonly status: string | null; readonly ms: number | null}): string {
	return `${status ?? 'not reached'}${ms === null ? '' : `, ${duration(ms)}`}`;
}
