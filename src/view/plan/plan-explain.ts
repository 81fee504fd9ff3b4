import type {Plan, Step} from '../../step/verbs/step.ts';
import {checkWords} from './check-words.ts';
import {escapeLines, escapeText} from '../text/escape.ts';
import {type PlanLook, planTable} from './plan-table.ts';
import {table} from '../text/table.ts';
import {wrapWords} from '../text/wrap.ts';

/** Where one value of the spec came from, in words. */
export interface ValueOrigin {
	/** Its path in the file: `mem_limit`, `environment.PATH`. */
	readonly value: string;
	/** `demo.yaml:4:12, MEM from the environment`. */
	readonly origin: string;
}

/** What explaining a plan needs beyond drawing it. */
export interface ExplainLook extends PlanLook {
	/** What takes a step back: a command, or why none is needed. */
	readonly undoOf: (step: Step) => string;
}

const labelWidth = 7;
const margin = ' '.repeat(5);

/**
 * The plan with, below each command, why the step is there, the page to read on, the kernel object it makes, how the
 * kernel is asked whether it took, and what takes it back; then where each value of the spec came from.
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
		return `  ${on ? theme.strong(name) : theme.warning(`${name}: open`)}\n${text.join('')}`;
	});
	return `\n${theme.heading('what keeps it in')}\n${lines.join('')}`;
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
	return `\n${theme.heading('where the values come from')}\n${table(rows, width)}`;
}
