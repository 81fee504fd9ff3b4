import type {Plan, Step} from '../../step/verbs/step.ts';
import {checkWords} from './check-words.ts';
import {escapeLines, escapeText} from '../text/escape.ts';
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
}

const labelWidth = 7;
const margin = ' '.repeat(5);

/**
 * The plan with an explanation below each command: why the step is there, a page to read, the kernel object it makes,
 * its checks, and its undo. The protections and the source of each spec value follow.
 */
export function planExplain(plan: Plan, look: ExplainLook, origins: readonly ValueOrigin[]): string {
	return planTable(plan, look, step => details(step, look)) + protectionLines(plan, look) + originTable(origins, look);
}

function details(step: Step, look: ExplainLook): string {
	return [
		detail('why', step.why, look),
		detail('read', step.man, look),
		...(step.object === null ? [] : [detail('makes', step.object, look)]),
		...step.checks.map(check => detail('check', checkWords(check), look)),
		detail('undo', look.undoOf(step), look),
	].join('');
}

function protectionLines({protections}: Plan, look: ExplainLook): string {
	const {columns, theme, width} = look;
	const room = Math.max(40, columns - margin.length);
	const lines = protections.map(({name, on, stops}) => {
		const text = wrapWords(escapeText(stops), room, width).map(line => `${margin}${line}\n`);
		return `  ${on ? theme.strong(name) : theme.warning(`${name}: off`)}\n${text.join('')}`;
	});
	return `\n${theme.heading('protections')}\n${lines.join('')}`;
}

function detail(label: string, text: string, {columns, theme, width}: ExplainLook): string {
	const room = Math.max(40, columns - margin.length - labelWidth);
	const lines = escapeLines(text)
		.split('\n')
		.flatMap(line => wrapWords(line, room, width));
	return lines
		.map((line, index) => `${margin}${theme.quiet((index === 0 ? label : '').padEnd(labelWidth))}${line}\n`)
		.join('');
}

function originTable(origins: readonly ValueOrigin[], {theme, width}: ExplainLook): string {
	if (origins.length === 0) return '';
	const rows = origins.map(({value, origin}) => [`  ${escapeText(value)}`, escapeText(origin)]);
	return `\n${theme.heading('sources of the values')}\n${table(rows, width)}`;
}
