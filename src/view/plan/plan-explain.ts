import type {Plan, Protection, Step} from '../../step/verbs/step.ts';
import {shortCheckWords} from './check-words.ts';
import {escapeLines, escapeText} from '../text/escape.ts';
import type {Look} from '../text/look.ts';
import {type PlanLook, planTable} from './plan-table.ts';
import {table} from '../text/table.ts';
import {wrapWords} from '../text/wrap.ts';

/** The source of one value of the spec, in words. */
export interface ValueOrigin {
	/** The key in the spec: `mem_limit`, `environment.PATH`. */
	readonly value: string;
	/** `demo.yaml:4:12, MEM from the environment`. */
	readonly origin: string;
}

/** The settings of `plan --explain`. */
export interface ExplainLook extends PlanLook {
	/** The command that undoes a step, or why a step needs none. */
	readonly undoOf: (step: Step) => string;
	/** The system calls of a step, one a line. */
	readonly callsOf: (step: Step) => readonly string[];
}

const labelWidth = 7;
const margin = ' '.repeat(5);

/**
 * The plan with an explanation below each command: why the step is there, a page to read, the kernel object it makes,
 * its checks, and its undo. The protections and the source of each spec value follow, unless only some steps are shown.
 */
export function planExplain(plan: Plan, look: ExplainLook, origins: readonly ValueOrigin[]): string {
	const steps = planTable(plan, look, step => stepDetails(step, look));
	if (look.isShown !== undefined) return steps;
	const protections = plan.protections.map(each => protectionLines(each, look)).join('');
	return `${steps}\n${look.theme.heading('protections')}\n${protections}${originTable(origins, look)}`;
}

/** The explanation of one step: why, page, kernel object, system calls, checks, undo. */
export function stepDetails(step: Step, look: ExplainLook): string {
	const {theme} = look;
	return [
		detail('why', step.why, look, theme.strong),
		detail('read', step.man, look),
		...(step.object === null ? [] : [detail('makes', step.object, look)]),
		...[look.callsOf(step)].flatMap(calls => (calls.length === 0 ? [] : [detail('calls', calls.join('\n'), look)])),
		...shortCheckWords(step.checks).map(words => detail('check', words, look, theme.ok)),
		detail('undo', look.undoOf(step), look, theme.command),
		detail('id', step.id, look),
	].join('');
}

/**
 * A protection: whether it is on, what it does, and an attack that it stops or leaves open.
 *
 * @param sign - put before it, for a comparison
 */
export function protectionLines({name, on, stops, attack}: Protection, look: Look, sign = ''): string {
	const {theme} = look;
	const style = on ? theme.ok : theme.warning;
	return [
		`${sign}${style((on ? 'on' : 'off').padEnd(margin.length))}${theme.strong(escapeText(name))}\n`,
		detail('', stops, look, theme.quiet, 0),
		detail(on ? 'stops' : 'open', attack, look, style),
	].join('');
}

function detail(
	label: string,
	text: string,
	{columns, theme, width}: Look,
	style = theme.quiet,
	lead = labelWidth,
): string {
	const room = Math.max(24, columns - margin.length - lead);
	const lines = escapeLines(text)
		.split('\n')
		.flatMap(line => wrapWords(line, room, width));
	return lines.map((line, index) => `${margin}${style((index === 0 ? label : '').padEnd(lead))}${line}\n`).join('');
}

function originTable(origins: readonly ValueOrigin[], {theme, width}: ExplainLook): string {
	if (origins.length === 0) return '';
	const rows = origins.map(({value, origin}) => [`  ${escapeText(value)}`, escapeText(origin)]);
	return `\n${theme.heading('sources of the values')}\n${table(rows, width)}`;
}
