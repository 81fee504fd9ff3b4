import type {StartReport, StepOutcome} from '../../state/start-report.ts';
import {stepCommand, undoText} from '../../step/verbs/command.ts';
import type {Step} from '../../step/verbs/step.ts';
import {checkWords} from '../../view/plan/check-words.ts';
import {duration} from '../../view/text/duration.ts';
import {escapeLines, escapeText} from '../../view/text/escape.ts';
import {wrapCommand, wrapWords} from '../../view/text/wrap.ts';
import {fitText} from '../draw/fit.ts';
import {type Frame, type Line, span, type Tone} from '../draw/line.ts';
import {shownText, wrapRanges} from '../logs/log-text.ts';

const stepIndent = 6;
const labelWidth = 7;
const leastRoom = 30;
/** Most lines of output. The end of long output says why a command failed. */
const mostOutput = 40;

/** The sign, words, and tone of a step outcome. The words of a successful step are only its duration. */
export function outcomeWords(
	outcome: StepOutcome | undefined,
	{glyphs}: Pick<Frame, 'glyphs'>,
): {readonly sign: string; readonly words: string; readonly tone: Tone} {
	switch (outcome?.status) {
		case undefined:
			return {sign: glyphs.waiting, words: 'not come to', tone: 'quiet'};
		case 'done':
			return {sign: glyphs.done, words: duration(outcome.ms), tone: 'ok'};
		case 'failed':
			return {sign: glyphs.failed, words: `failed after ${duration(outcome.ms)}`, tone: 'failed'};
		case 'undone':
			return {sign: glyphs.undone, words: 'undone', tone: 'warning'};
		case 'skipped':
			return {sign: glyphs.waiting, words: 'skipped', tone: 'warning'};
	}
}

/** The line of a step: cursor, outcome, title, and duration. */
export function stepLine(
	step: Step,
	outcome: StepOutcome | undefined,
	{titleColumns, isCursor, frame}: {readonly titleColumns: number; readonly isCursor: boolean; readonly frame: Frame},
): Line {
	const {sign, words, tone} = outcomeWords(outcome, frame);
	const titleTone = isCursor ? 'cursor' : outcome?.status === 'failed' ? 'failed' : 'plain';
	return [
		span(isCursor ? '> ' : '  ', isCursor ? 'cursor' : 'plain'),
		span(`${sign} `, tone),
		span(fitText(escapeText(step.title), titleColumns, frame), titleTone),
		span(`  ${words}`, tone === 'ok' ? 'quiet' : tone),
	];
}

/** The details of a step: why it failed, its command, its reason, its checks, and its undo. */
export function stepDetails(step: Step, report: StartReport, frame: Frame): readonly Line[] {
	const outcome = report.steps[step.id];
	return [
		...(outcome?.status === 'failed' ? failureLines(outcome, frame) : []),
		...commandLines(step, report, frame),
		...labelled('why', step.why, frame),
		...labelled('read', step.man, frame),
		...(step.object === null ? [] : labelled('makes', step.object, frame)),
		...step.checks.flatMap(check => {
			const [words, tone] = verdict(step, report, frame);
			return labelled('check', `${words}: ${checkWords(check)}`, frame, {tone});
		}),
		...labelled('undo', undoText(step, report.plan), frame),
	];
}

function failureLines({message, output}: Extract<StepOutcome, {status: 'failed'}>, frame: Frame): readonly Line[] {
	return [...labelled('cause', message, frame, {tone: 'failed'}), ...outputLines(output, frame)];
}

/** The end of the output of a tool, with its spaces preserved. */
export function outputLines(output: string, frame: Frame, indent = stepIndent): readonly Line[] {
	const said = output.trimEnd() === '' ? [] : output.trimEnd().split('\n');
	const left = said.length - mostOutput;
	const room = roomFor(indent + labelWidth, frame);
	return [...(left > 0 ? [`(${left} lines before)`] : []), ...said.slice(-mostOutput)]
		.map(each => shownText(each, frame.width))
		.flatMap(each => wrapRanges(each, room, frame.width).map(([start, end]) => each.slice(start, end)))
		.map((each, index) => [span(leadOf(index === 0 ? 'output' : '', indent), 'quiet'), span(each)]);
}

function commandLines(step: Step, {plan}: StartReport, frame: Frame): readonly Line[] {
	const {width} = frame;
	const prompt = `${step.side === 'before' ? 'host' : escapeText(plan.name)}# `;
	const lead = width(prompt);
	const room = roomFor(stepIndent + lead, frame);
	return wrapCommand(escapeLines(stepCommand(step, plan)), room, width).map((text, index) => [
		span(' '.repeat(stepIndent) + (index === 0 ? prompt : ' '.repeat(lead)), 'quiet'),
		span(withoutTabs(text), 'command'),
	]);
}

/** A label followed by wrapped text. */
export function labelled(
	label: string,
	text: string,
	frame: Frame,
	{tone = 'plain', indent = stepIndent}: {readonly tone?: Tone; readonly indent?: number} = {},
): readonly Line[] {
	return escapeLines(text)
		.split('\n')
		.flatMap(each => wrapWords(each, roomFor(indent + labelWidth, frame), frame.width))
		.map((each, index) => [span(leadOf(index === 0 ? label : '', indent), 'quiet'), span(each, tone)]);
}

function leadOf(label: string, indent: number): string {
	return ' '.repeat(indent) + label.padEnd(labelWidth);
}

function roomFor(lead: number, {columns}: Frame): number {
	return Math.max(leastRoom, columns - lead);
}

/**
 * The result of the checks of a step. Host steps are checked when each is done. All other steps are checked at the gate
 * if nothing has failed. A failed check ends the start.
 */
function verdict({id, side, action, checks}: Step, report: StartReport, {glyphs}: Frame): readonly [string, Tone] {
	const status = report.steps[id]?.status;
	const isCheckedAtOnce = side === 'before' && action.kind !== 'start';
	if (status === 'done' && (report.outcome === 'started' || isCheckedAtOnce)) return [`${glyphs.done} agreed`, 'ok'];
	if (status === 'failed' && report.error?.code === 'E_CHECK_FAILED')
		return [`${glyphs.failed} ${checks.length === 1 ? 'did not agree' : 'not all agreed'}`, 'failed'];
	return [`${glyphs.waiting} ${status === 'undone' ? 'is no more' : 'not asked'}`, 'quiet'];
}

/** A tab would shift the rest of its row. */
function withoutTabs(text: string): string {
	return text.replaceAll('\t', '    ');
}
