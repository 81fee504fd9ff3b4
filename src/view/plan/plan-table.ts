import type {Phase, Plan, Step} from '../../step/verbs/step.ts';
import {plural} from '../text/duration.ts';
import {escapeLines, escapeText} from '../text/escape.ts';
import type {Look} from '../text/look.ts';
import {phaseWords} from './phase-words.ts';
import {numbered, type NumberedStep} from './plan-difference.ts';
import {wrapCommand, wrapWords} from '../text/wrap.ts';

/** The settings for drawing a plan. */
export interface PlanLook extends Look {
	/** The shell command of a step; it may have several lines. */
	readonly commandOf: (step: Step) => string;
	/** Selects steps, which keep the numbers of the whole plan. Without it all are shown, and the warnings of the plan. */
	readonly isShown?: (step: NumberedStep) => boolean;
}

const indent = '     ';

/**
 * A plan for people, grouped by phase: each step with its number, title, and exact command. The prompt shows where a command
 * runs: `host#` on the host, `demo#` inside the container. `detailsOf` gives further lines below a command.
 */
export function planTable(plan: Plan, look: PlanLook, detailsOf: (step: Step) => string = () => ''): string {
	const {theme, isShown = () => true} = look;
	const all = plural(plan.steps.length, 'step');
	const steps = numbered(plan).filter(isShown);
	const count = steps.length === plan.steps.length ? all : `${steps.length} of ${all}`;
	const digits = Math.max(3, String(plan.steps.length).length);
	let phase: Phase | undefined;
	const how = plan.executor === 'calls' ? ', inside by system calls' : '';
	let text = `${theme.strong(escapeText(plan.name))}: ${count} from ${escapeText(plan.spec)}${how}\n`;
	steps.forEach(({number, step}, index) => {
		if (step.phase !== phase) {
			text += phaseHeading(step.phase, look);
			phase = step.phase;
		}
		text += `${theme.quiet(String(number).padStart(digits))}  ${escapeText(step.title)}\n`;
		const details = detailsOf(step);
		const isLast = steps[index + 1]?.step.phase !== phase;
		text += commandLines(plan.name, step, look) + details + (details === '' || isLast ? '' : '\n');
	});
	return text + (look.isShown === undefined ? warnings(plan, look) : '');
}

/** The heading of a phase, after an empty line. */
export function phaseHeading(phase: Phase, {theme}: Look): string {
	return `\n${theme.heading(phase)}: ${theme.quiet(phaseWords[phase])}\n`;
}

/** The command of a step behind a prompt. */
export function commandLines(name: string, step: Step, {columns, theme, width, commandOf}: PlanLook): string {
	const prompt = `${step.side === 'inside' ? escapeText(name) : 'host'}# `;
	const lines = wrapCommand(escapeLines(commandOf(step)), Math.max(40, columns - indent.length - prompt.length), width);
	return lines
		.map((line, index) => {
			const lead = index === 0 ? theme.quiet(prompt) : ' '.repeat(prompt.length);
			return `${indent}${lead}${theme.command(line)}`.trimEnd();
		})
		.map(line => `${line}\n`)
		.join('');
}

function warnings(plan: Plan, {columns, theme, width}: PlanLook): string {
	if (plan.warnings.length === 0) return '';
	const lines = plan.warnings.flatMap(warning =>
		wrapWords(escapeText(warning), columns - 4, width).map(
			(line, index) => `${index === 0 ? '  - ' : '    '}${line}\n`,
		),
	);
	return `\n${theme.warning('warnings')}\n${lines.join('')}`;
}
