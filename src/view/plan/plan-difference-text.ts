import type {Phase, Step} from '../../step/verbs/step.ts';
import {plural} from '../text/duration.ts';
import {escapeLines, escapeText} from '../text/escape.ts';
import type {Look} from '../text/look.ts';
import {wrapCommand} from '../text/wrap.ts';
import {phaseWords} from './phase-words.ts';
import {type ChangedStep, type NumberedStep, planDifference, type PlanSide} from './plan-difference.ts';
import {type ExplainLook, protectionLines, stepDetails} from './plan-explain.ts';
import {commandLines, phaseHeading} from './plan-table.ts';

/** A plan to compare, with the settings to draw its steps. */
export interface ShownSide extends PlanSide, ExplainLook {}

/** How differences are shown. */
export interface DifferenceOptions {
	/** Adds details to each new step. */
	readonly explain: boolean;
	/** Which steps are compared, without the protections; by default everything. */
	readonly isCompared?: ((step: Step) => boolean) | undefined;
	/** The name of the second container, if it was planned under that of the first. */
	readonly otherName?: string | undefined;
}

type Sign = '+' | '-' | '~';

const protectionSigns = {on: '+', off: '-', changed: '~'} as const;
const margin = ' '.repeat(5);

/**
 * The differences between two plans, for people: by phase the steps that only the second plan has (`+`), only the first has
 * (`-`), and the lines that changed (`~`), then the protections that went on or off.
 */
export function planDifferenceText(before: ShownSide, after: ShownSide, options: DifferenceOptions): string {
	const {added, removed, changed, same, protections} = planDifference(before, after, options.isCompared);
	const {theme} = after;
	const rows = [
		...added.map(each => ({
			each,
			text: stepLines('+', each, after) + (options.explain ? stepDetails(each.step, after) : ''),
		})),
		...removed.map(each => ({each, text: stepLines('-', each, before)})),
		...changed.map(each => ({each, text: changedStep(each, after)})),
	].toSorted((one, other) => one.each.number - other.each.number);
	const phases = (Object.keys(phaseWords) as Phase[]).map(phase => {
		const texts = rows.filter(({each}) => each.step.phase === phase).map(({text}) => text);
		return texts.length === 0 ? '' : phaseHeading(phase, after) + texts.join(options.explain ? '\n' : '');
	});
	const told = protections.map(({protection, change}) =>
		protectionLines(protection, after, `${signed(protectionSigns[change], after)} `),
	);
	return [
		`${theme.strong(escapeText(before.plan.spec))}: ${plural(before.plan.steps.length, 'step')}\n`,
		`${theme.strong(escapeText(after.plan.spec))}: ${plural(after.plan.steps.length, 'step')}, `,
		`${added.length} added, ${removed.length} removed, ${changed.length} changed, ${same} the same\n`,
		...(options.otherName === undefined
			? []
			: [
					`${theme.quiet(`${escapeText(options.otherName)} is compared under the name ${escapeText(before.plan.name)}`)}\n`,
				]),
		...phases,
		...(told.length === 0 ? [] : [`\n${theme.heading('protections')}\n`, ...told]),
	].join('');
}

function stepLines(sign: '+' | '-', {number, step}: NumberedStep, side: ShownSide): string {
	return title(sign, number, step.title, side) + commandLines(side.plan.name, step, side);
}

function changedStep({number, step, lines}: ChangedStep, look: Look): string {
	const {theme, columns, width} = look;
	// A row of a table begins with blanks; a break in it would be wrong.
	const wrapped = (text: string): readonly string[] =>
		text.startsWith(' ')
			? [escapeText(text.trim())]
			: wrapCommand(escapeLines(text), Math.max(40, columns - margin.length - 2), width);
	const shown = lines.flatMap(({sign, text}) =>
		wrapped(text).map((line, index) => {
			const style = sign === '+' ? theme.ok : theme.failed;
			return `${margin}${style(`${index === 0 ? sign : ' '} ${line}`)}\n`;
		}),
	);
	return title('~', number, step.title, look) + shown.join('');
}

function title(sign: Sign, number: number, text: string, look: Look): string {
	return `${signed(sign, look)}${look.theme.quiet(String(number).padStart(2))}  ${escapeText(text)}\n`;
}

function signed(sign: Sign, {theme}: Look): string {
	return {'+': theme.ok, '-': theme.failed, '~': theme.warning}[sign](sign);
}
