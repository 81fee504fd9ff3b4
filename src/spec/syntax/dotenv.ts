import {interpolate, type Lookup} from './interpolate.ts';
import {quoted} from '../model/parsed.ts';

/** An entry of an env file. `value` is undefined for a bare `NAME`, which takes the caller's value. */
export interface DotenvEntry {
	readonly name: string;
	readonly value: string | undefined;
	/** Whether `$VAR` in the value is expanded; false inside single quotes. */
	readonly expands: boolean;
	/** Counted from 1. */
	readonly line: number;
	/** The offset of the name, in UTF-16 units. */
	readonly offset: number;
}

/** A problem in an env file. `offset` and `length` are in UTF-16 units. */
export interface DotenvProblem {
	readonly offset: number;
	readonly length: number;
	readonly problem: string;
	readonly hint: string;
}

/**
 * Parses an env file: `NAME=value` or `NAME: value`, `export`, comments, single quotes (literal but for `\\'`), and double quotes (with
 * escapes). Quoted values may span lines. In Compose's `format: raw` the value is everything after the `=`.
 * Source: Docker, "Syntax for environment files"; what it leaves open is as in compose-go, dotenv.
 */
export function parseDotenv(
	text: string,
	format: 'dotenv' | 'raw' = 'dotenv',
): {readonly entries: readonly DotenvEntry[]; readonly problems: readonly DotenvProblem[]} {
	const entries: DotenvEntry[] = [];
	const problems: DotenvProblem[] = [];
	let line = 1;
	for (let at = 0; at < text.length; ) {
		const lineEnd = endOfLine(text, at);
		const match = entryAt(text.slice(at, lineEnd));
		let next = lineEnd;
		if (match === undefined) {
			const row = text.slice(at, lineEnd).trim();
			problems.push({
				offset: at + text.slice(at, lineEnd).search(/\S/),
				length: row.length,
				problem: `${quoted(row)} is not \`NAME=value\``,
				hint: 'write `NAME=value`, or begin the line with `#`',
			});
		} else if (match !== 'blank') {
			const offset = at + match.nameAt;
			const start = match.valueAt === undefined ? undefined : at + match.valueAt;
			const value = start === undefined ? bare : readValue(text, start, lineEnd, format);
			if (value === undefined) {
				problems.push({
					offset: start ?? at,
					length: 1,
					problem: 'the quote is not closed',
					hint: `add the closing ${text[start ?? at]}`,
				});
			} else {
				entries.push({name: match.name, value: value.text, expands: value.expands, line, offset});
				next = Math.max(lineEnd, value.end);
			}
		}
		line += text.slice(at, next + 1).split('\n').length - 1;
		at = next + 1;
	}
	return {entries, problems};
}

/** Fills in the variables of an entry's value. `earlier` looks them up in the entries before it, then at the caller. */
export function expandEntry(entry: DotenvEntry, earlier: Lookup): ReturnType<typeof interpolate> {
	if (entry.value === undefined || !entry.expands) return {ok: true, value: entry.value ?? '', variables: []};
	return interpolate(entry.value, earlier);
}

/**
 * Looks variables up in a `.env` file. Values are filled in on demand, so that an unused line cannot break a spec. A value
 * that cannot be filled in counts as not set.
 */
export function dotenvLookup(entries: readonly DotenvEntry[], caller: Lookup): Lookup {
	const before =
		(limit: number): Lookup =>
		name => {
			const index = entries.findLastIndex((entry, i) => i < limit && entry.name === name);
			const entry = entries[index];
			if (entry?.value === undefined) return caller(name);
			const filled = expandEntry(entry, inner => caller(inner) ?? before(index)(inner));
			return filled.ok ? {value: filled.value, from: '.env'} : undefined;
		};
	return before(entries.length);
}

interface Value {
	readonly text: string | undefined;
	readonly expands: boolean;
	readonly end: number;
}
const bare: Value = {text: undefined, expands: false, end: 0};

function entryAt(row: string): {name: string; nameAt: number; valueAt: number | undefined} | 'blank' | undefined {
	if (/^\s*(?:#|$)/.test(row)) return 'blank';
	const match = /^(\s*(?:export\s+)?)([\p{L}\p{N}_.[\]-]+)[ \t]*([=:][ \t]*|$)/u.exec(row.replace(/\r$/, ''));
	if (match === null) return undefined;
	const [whole, lead = '', name = '', equals = ''] = match;
	return {name, nameAt: lead.length, valueAt: equals === '' ? undefined : whole.length};
}

function readValue(text: string, start: number, lineEnd: number, format: 'dotenv' | 'raw'): Value | undefined {
	const rest = text.slice(start, lineEnd).replace(/\r$/, '');
	if (format === 'raw') return {text: rest, expands: false, end: lineEnd};
	const quote = text[start];
	if (quote === "'") return readSingleQuoted(text, start);
	if (quote === '"') return readDoubleQuoted(text, start);
	// A value may begin with `#`, as passwords do; a comment has a blank before it.
	const isComment = quote === '#' && /[ \t]/.test(text[start - 1] ?? '');
	return {text: isComment ? '' : rest.replace(/ #.*$/, '').trimEnd(), expands: true, end: lineEnd};
}

function readSingleQuoted(text: string, start: number): Value | undefined {
	let value = '';
	for (let at = start + 1; at < text.length; at += 1) {
		if (text[at] === "'") return {text: value, expands: false, end: endOfLine(text, at)};
		const pair = text.slice(at, at + 2);
		// Of a backslash and a quote the quote stays, and of two backslashes both.
		if (pair === "\\'" || pair === '\\\\') at += 1;
		value += pair === '\\\\' ? pair : text[at];
	}
	return undefined;
}

const escapes: Readonly<Record<string, string>> = {
	a: '\x07',
	b: '\b',
	f: '\f',
	n: '\n',
	r: '\r',
	t: '\t',
	v: '\v',
	'"': '"',
	'\\': '\\',
	$: '$$',
};

function readDoubleQuoted(text: string, start: number): Value | undefined {
	let value = '';
	for (let at = start + 1; at < text.length; at += 1) {
		const c = text[at];
		if (c === '"') return {text: value, expands: true, end: endOfLine(text, at)};
		const escaped = c === '\\' ? escapes[text[at + 1] ?? ''] : undefined;
		if (escaped !== undefined) at += 1;
		value += escaped ?? c;
	}
	return undefined;
}

function endOfLine(text: string, at: number): number {
	const end = text.indexOf('\n', at);
	return end === -1 ? text.length : end;
}
