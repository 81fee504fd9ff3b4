import {isError} from '../../errors/is-error.ts';
import {quoted} from '../model/parsed.ts';
import type {VariableUse} from '../model/project.ts';

/** Returns a variable's value and where it is set, or undefined if it is not set. */
export type Lookup = (name: string) => {readonly value: string; readonly from: 'environment' | '.env'} | undefined;

/** A problem in a string. `offset` and `length` are in UTF-16 units. */
export interface Fault {
	readonly offset: number;
	readonly length: number;
	readonly problem: string;
	readonly hint: string;
}

/** A string with variables filled in, or its first fault. `others` holds further variables that are not set. */
export type Interpolated =
	| {readonly ok: true; readonly value: string; readonly variables: readonly VariableUse[]}
	| ({readonly ok: false; readonly others: readonly Fault[]} & Fault);

/**
 * Fills in `$VAR`, `${VAR}`, and the forms with `:-` `-` `:?` `?` `:+` `+`, which may be nested; `$$` is a dollar sign.
 * A variable that is not set and has no default is empty, and a `$` before anything else stands for itself, as people write `$(date)` and
 * `$?` in commands. Source: Compose Specification, "Interpolation".
 */
export function interpolate(text: string, lookup: Lookup): Interpolated {
	if (!text.includes('$')) return {ok: true, value: text, variables: []};
	const variables: VariableUse[] = [];
	try {
		const {parts} = parseParts(text, 0, 0);
		const faults: Fault[] = [];
		const value = fill(parts, lookup, variables, faults);
		const [first, ...others] = faults;
		return first === undefined ? {ok: true, value, variables} : {ok: false, ...first, others};
	} catch (error) {
		if (isFault(error)) return {ok: false, ...error.fault, others: []};
		throw error;
	}
}

/** A variable that a text uses. */
export interface UsedVariable {
	readonly name: string;
	/** Without a value, the text is an error (`:?`). */
	readonly required: boolean;
	/** What it stands for without a value (`:-`), and with one (`:+`). */
	readonly byDefault?: string;
	readonly alternate?: string;
}

/** The variables in a text, with those in their defaults; none for a text that is not well formed. */
export function variablesIn(text: string): readonly UsedVariable[] {
	const found: UsedVariable[] = [];
	const visit = (parts: readonly Part[]): void => {
		for (const part of parts) {
			if (typeof part === 'string') continue;
			const kind = part.operator?.at(-1);
			const operand = text.slice(part.end - 1 - operandLength(text, part), part.end - 1);
			found.push({
				name: part.name,
				required: kind === '?',
				...(kind === '-' && {byDefault: operand}),
				...(kind === '+' && {alternate: operand}),
			});
			visit(part.operand);
		}
	};
	try {
		visit(parseParts(text, 0, 0).parts);
		return found;
	} catch (error) {
		if (isFault(error)) return [];
		throw error;
	}
}

function operandLength(text: string, {name, start, end, operator}: Variable): number {
	const braced = text[start + 1] === '{';
	return braced ? end - 1 - (start + 2 + name.length + (operator ?? '').length) : 0;
}

type Operator = ':-' | '-' | ':?' | '?' | ':+' | '+';
type Part = string | Variable;
interface Variable {
	readonly name: string;
	readonly start: number;
	readonly end: number;
	readonly operator: Operator | undefined;
	readonly operand: readonly Part[];
}

const nameAt = /[A-Za-z_][A-Za-z0-9_]*/y;
const operatorAt = /:?[-?+]/y;
/** The deepest nesting. Without a limit a malicious spec overflows the stack. */
const deepest = 32;

/** Reads up to the end of the text, or if nested up to the `}` that closes the operand. */
function parseParts(text: string, from: number, depth: number): {parts: readonly Part[]; end: number} {
	const parts: Part[] = [];
	let at = from;
	let literal = '';
	while (at < text.length && !(depth > 0 && text[at] === '}')) {
		if (text[at] !== '$') {
			literal += text[at];
			at += 1;
		} else if (text[at + 1] === '$') {
			literal += '$';
			at += 2;
		} else if (!/[A-Za-z_{]/.test(text[at + 1] ?? '')) {
			literal += '$';
			at += 1;
		} else {
			const variable = parseVariable(text, at, depth);
			if (literal !== '') parts.push(literal);
			literal = '';
			parts.push(variable);
			at = variable.end;
		}
	}
	if (literal !== '') parts.push(literal);
	return {parts, end: at};
}

function parseVariable(text: string, start: number, depth: number): Variable {
	const braced = text[start + 1] === '{';
	const name = matchAt(nameAt, text, start + (braced ? 2 : 1));
	if (!braced) {
		return {name, start, end: start + 1 + name.length, operator: undefined, operand: []};
	}
	const afterName = start + 2 + name.length;
	const operator = matchAt(operatorAt, text, afterName);
	const rest = afterName + operator.length;
	if (depth >= deepest) throw faultAt(start, 2, 'variables are nested too deep', 'take the inner variables out');
	const body =
		isOperator(operator) && name !== ''
			? parseParts(text, rest, depth + 1)
			: {parts: [], end: text[rest] === '}' && name !== '' ? rest : -1};
	if (body.end === -1) {
		const close = text.indexOf('}', start);
		if (close !== -1) {
			const form = text.slice(start, close + 1);
			throw faultAt(
				start,
				form.length,
				`${quoted(form)} is not a form of a variable`,
				'write `${NAME}`, `${NAME:-default}`, `${NAME:?message}`, `${NAME:+other}`, or `$$` for a dollar sign',
			);
		}
	}
	if (body.end === -1 || body.end >= text.length) {
		throw faultAt(start, 2, '`${` is not closed', 'add the closing `}`, or write `$$` for a dollar sign');
	}
	return {
		name,
		start,
		end: body.end + 1,
		operator: isOperator(operator) ? operator : undefined,
		operand: body.parts,
	};
}

function fill(parts: readonly Part[], lookup: Lookup, used: VariableUse[], faults: Fault[]): string {
	return parts.map(part => (typeof part === 'string' ? part : fillOne(part, lookup, used, faults))).join('');
}

function fillOne(variable: Variable, lookup: Lookup, used: VariableUse[], faults: Fault[]): string {
	const {name, operator, operand} = variable;
	const found = lookup(name);
	const present = found !== undefined && !(operator?.startsWith(':') === true && found.value === '');
	const kind = operator?.at(-1);
	if (kind === '+') {
		used.push({name, from: present ? found.from : 'unset'});
		return present ? fill(operand, lookup, used, faults) : '';
	}
	if (present) {
		used.push({name, from: found.from});
		return found.value;
	}
	if (kind === '-') {
		used.push({name, from: 'default'});
		return fill(operand, lookup, used, faults);
	}
	if (kind === undefined) {
		used.push({name, from: 'blank'});
		return '';
	}
	const state = found === undefined ? 'not set' : 'empty';
	const message = fill(operand, lookup, used, faults);
	faults.push({
		offset: variable.start,
		length: variable.end - variable.start,
		problem: `${quoted(name)} is ${state}${message === '' ? '' : `: ${message}`}`,
		hint: `set ${name} in the environment or in .env`,
	});
	return '';
}

function matchAt(pattern: RegExp, text: string, at: number): string {
	pattern.lastIndex = at;
	return pattern.exec(text)?.[0] ?? '';
}

function isOperator(text: string): text is Operator {
	return text !== '';
}

/** An error that ends the recursion. {@link interpolate} catches it. */
function faultAt(offset: number, length: number, problem: string, hint: string): Error & {fault: Fault} {
	return Object.assign(new Error(problem), {fault: {offset, length, problem, hint}});
}

function isFault(error: unknown): error is Error & {fault: Fault} {
	return isError(error) && 'fault' in error;
}
