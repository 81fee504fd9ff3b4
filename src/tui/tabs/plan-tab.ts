import type {StartReport} from '../../state/start-report.ts';
import {stepCommand} from '../../step/verbs/command.ts';
import type {Phase, Step} from '../../step/verbs/step.ts';
import {duration, plural} from '../../view/text/duration.ts';
import {escapeText} from '../../view/text/escape.ts';
import {phaseWords} from '../../view/plan/phase-words.ts';
import {type Body, type Frame, type Line, line, span} from '../draw/line.ts';
import {labelled, outcomeWords, outputLines, stepDetails, stepLine} from './plan-step.ts';

/** View state of a plan. */
export interface PlanState {
	/** Index of the selected step, which is expanded. */
	readonly cursor: number;
	/** Ids of other expanded steps. */
	readonly opened: ReadonlySet<string>;
	/** Fold each finished phase into one line, except the phase of the selected step. */
	readonly folds: boolean;
}

interface Group {
	readonly phase: Phase;
	readonly steps: readonly {readonly step: Step; readonly index: number}[];
}

/** Text about the whole start is indented less than text about a step. */
const own = {indent: 2} as const;
/** Columns of a step line besides its title: the signs before it and the words after it. */
const besideTitle = 4 + 2 + 'failed after 59 min 59 s'.length;

/** The outcome of a start, and the steps of its plan by phase with the details of the expanded ones. */
export function planTab(report: StartReport, state: PlanState, frame: Frame): Body {
	const {plan} = report;
	const cursor = Math.min(Math.max(0, state.cursor), planCursorMax(report));
	const titles = plan.steps.map(({title}) => frame.width(escapeText(title)));
	const titleColumns = Math.max(20, Math.min(frame.columns - besideTitle, Math.max(0, ...titles)));
	const lines: Line[] = [...outcomeLines(report, frame), ...warningLines(report, frame)];
	let [focus, focusEnd] = [0, 0];
	let wasFolded = false;
	for (const {phase, steps} of groupsOf(plan.steps)) {
		const hasCursor = steps.some(({index}) => index === cursor);
		if (state.folds && !hasCursor && isOver(steps, report)) {
			lines.push(...(wasFolded ? [] : [[]]), foldedLine({phase, steps}, report, frame));
			wasFolded = true;
			continue;
		}
		wasFolded = false;
		lines.push([], [span(phase, 'title'), span(`: ${phaseWords[phase]}`, 'quiet')]);
		for (const {step, index} of steps) {
			const isCursor = index === cursor;
			const outcome = report.steps[step.id];
			// The cursor cannot reach the lines above the first step, so the first step scrolls them into view.
			if (isCursor) focus = index === 0 ? 0 : lines.length;
			lines.push(stepLine(step, outcome, {titleColumns, isCursor, frame}));
			if (isCursor || state.opened.has(step.id) || outcome?.status === 'failed')
				lines.push(...stepDetails(step, report, frame));
			if (isCursor) focusEnd = lines.length - 1;
		}
	}
	return {lines, focus, focusEnd};
}

/** The highest cursor of {@link planTab}. */
export function planCursorMax({plan}: StartReport): number {
	return Math.max(0, plan.steps.length - 1);
}

/** The initial cursor: the failed step, or else the first step. */
export function planCursorStart({plan, steps}: StartReport): number {
	return Math.max(
		0,
		plan.steps.findIndex(({id}) => steps[id]?.status === 'failed'),
	);
}

/**
 * The shell command of the selected step; undefined if there is no such step. Not escaped, because it is for copying.
 */
export function commandAt({plan}: StartReport, cursor: number): string | undefined {
	const step = plan.steps[cursor];
	return step === undefined ? undefined : stepCommand(step, plan);
}

function outcomeLines(report: StartReport, frame: Frame): readonly Line[] {
	const {plan, ms, outcome, error} = report;
	const {glyphs} = frame;
	if (outcome === 'started')
		return [line(`${glyphs.done} started in ${duration(ms)}, ${plural(plan.steps.length, 'step')}`, 'ok')];
	const failed = plan.steps.find(({id}) => report.steps[id]?.status === 'failed');
	const message = error?.message ?? 'it is not known why';
	const heading = failed === undefined ? `failed after ${duration(ms)}` : `failed at: ${escapeText(failed.title)}`;
	return [
		line(`${glyphs.failed} ${heading}`, 'failed'),
		...labelled('what', message, frame, own),
		...(failed === undefined && error?.output !== undefined ? outputLines(error.output, frame, own.indent) : []),
		...(error?.why === undefined ? [] : labelled('why', error.why, frame, own)),
		...(error?.hint === undefined ? [] : labelled('hint', error.hint, frame, own)),
	];
}

function warningLines({plan}: StartReport, frame: Frame): readonly Line[] {
	if (plan.warnings.length === 0) return [];
	return [
		line(`${frame.glyphs.warning} warnings`, 'warning'),
		...plan.warnings.flatMap(warning => labelled('', warning, frame, own)),
	];
}

function groupsOf(steps: readonly Step[]): readonly Group[] {
	const phases = [...new Set(steps.map(({phase}) => phase))];
	const indexed = steps.map((step, index) => ({step, index}));
	return phases.map(phase => ({phase, steps: indexed.filter(({step}) => step.phase === phase)}));
}

/** Whether a phase is finished: each of its steps is done or undone. */
function isOver(steps: Group['steps'], report: StartReport): boolean {
	return steps.every(({step: {id}}) => ['done', 'undone', 'skipped'].includes(report.steps[id]?.status ?? ''));
}

function foldedLine({phase, steps}: Group, report: StartReport, frame: Frame): Line {
	const outcomes = steps.map(({step}) => report.steps[step.id]);
	const ms = outcomes.reduce((sum, outcome) => sum + (outcome?.status === 'done' ? outcome.ms : 0), 0);
	const undone = outcomes.filter(outcome => outcome?.status === 'undone').length;
	const {sign, tone} = outcomeWords(undone > 0 ? {status: 'undone'} : {status: 'done', ms}, frame);
	const words = undone > 0 ? `${undone} undone` : duration(ms);
	return [
		span(`  ${sign} `, tone),
		span(phase.padEnd(10), 'title'),
		span(`  ${plural(steps.length, 'step')}, ${words}`, 'quiet'),
	];
}
