import type {StartReport} from '../../state/start-report.ts';
import {stepCommand} from '../../step/verbs/command.ts';
import type {Phase, Step} from '../../step/verbs/step.ts';
import {duration, plural} from '../../view/text/duration.ts';
import {escapeText} from '../../view/text/escape.ts';
import {phaseWords} from '../../view/plan/phase-words.ts';
import {type Body, type Frame, type Line, line, span} from '../draw/line.ts';
import {labelled, outcomeWords, outputLines, stepDetails, stepLine} from './plan-step.ts';

/** What of a plan is looked at. */
export interface PlanState {
	/** The step that keys act on, which is open: its index in the plan. */
	readonly cursor: number;
	/** Ids of steps that are open besides. */
	readonly opened: ReadonlySet<string>;
	/** Phases that are over are a line each, but for the one with the cursor. */
	readonly folds: boolean;
}

interface Group {
	readonly phase: Phase;
	readonly steps: readonly {readonly step: Step; readonly index: number}[];
}

/** What is about the start as a whole is not moved in as what is about a step. */
const own = {indent: 2} as const;
/** Columns of a step's line beside its title: signs before it, and the words behind. */
const besideTitle = 4 + 2 + 'failed after 59 min 59 s'.length;

/** How a start went: its outcome, and the steps of its plan by phase, with all that there is to know of those that are open. */
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
			// What stands above the first step has no cursor of its own.
			if (isCursor) focus = index === 0 ? 0 : lines.length;
			lines.push(stepLine(step, outcome, {titleColumns, isCursor, frame}));
			if (isCursor || state.opened.has(step.id) || outcome?.status === 'failed')
				lines.push(...stepDetails(step, report, frame));
			if (isCursor) focusEnd = lines.length - 1;
		}
	}
	return {lines, focus, focusEnd};
}

/** The last place that the cursor of {@link planTab} may have. */
export function planCursorMax({plan}: StartReport): number {
	return Math.max(0, plan.steps.length - 1);
}

/** Where the cursor is best at first: at the step that failed, or the first. */
export function planCursorStart({plan, steps}: StartReport): number {
	return Math.max(
		0,
		plan.steps.findIndex(({id}) => steps[id]?.status === 'failed'),
	);
}

/** The command of the step under the cursor, as a shell takes it; undefined without one. Not escaped: it is to be copied. */
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

/** Whether nothing of a phase is to be looked at: all its steps are done, or all of them that were begun are undone. */
function isOver(steps: Group['steps'], report: StartReport): boolean {
	return steps.every(({step: {id}}) => ['done', 'undone'].includes(report.steps[id]?.status ?? ''));
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
