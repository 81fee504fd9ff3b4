import type {FileDifference, RunDifference, ValueDifference} from '../../records/diff-runs.ts';
import {duration} from '../text/duration.ts';
import {escapeText} from '../text/escape.ts';

function valueWords(value: unknown): string {
	return value === undefined ? 'nothing' : escapeText(typeof value === 'string' ? value : JSON.stringify(value));
}

function changeWords({what, before, after}: ValueDifference): string {
	return `${escapeText(what)}: ${valueWords(before)}, then ${valueWords(after)}`;
}

function stepWords({id, before, after}: RunDifference['steps'][number]): string {
	if (before === null || after === null)
		return `${escapeText(id)}: only in ${before === null ? 'the second' : 'the first'}`;
	const told = (name: 'command' | 'status' | 'output'): readonly string[] =>
		before[name] === after[name]
			? []
			: [`${name} ${valueWords(before[name] ?? '-')}, then ${valueWords(after[name] ?? '-')}`];
	return `${escapeText(id)}: ${[...told('status'), ...told('command'), ...told('output')].join('; ')}`;
}

function fileWords({path, before, after, firstByte}: FileDifference): string {
	const name = escapeText(path);
	if (before === null || after === null) return `${name}: only in ${before === null ? 'the second' : 'the first'}`;
	if (before.change !== after.change) return `${name}: ${before.change}, then ${after.change}`;
	if (before.kind !== after.kind) return `${name}: a ${before.kind ?? 'deletion'}, then a ${after.kind ?? 'deletion'}`;
	if (before.target !== after.target)
		return `${name}: -> ${escapeText(before.target ?? '')}, then -> ${escapeText(after.target ?? '')}`;
	const sizes =
		before.size === after.size ? `${before.size ?? 0} bytes` : `${before.size ?? 0}, then ${after.size ?? 0} bytes`;
	if (before.digest !== after.digest)
		return `${name}: ${sizes}, ${firstByte === null ? 'differs by digest, its content was not kept' : `differs from byte ${firstByte} on`}`;
	return `${name}: mode ${(before.mode ?? 0).toString(8)}, then ${(after.mode ?? 0).toString(8)}`;
}

function endWords(value: unknown): string {
	const {exitCode, signal, error} = (value ?? {}) as {exitCode?: number; signal?: string | null; error?: string};
	if (error !== undefined) return `failed: ${escapeText(error)}`;
	if (exitCode === undefined) return 'did not end';
	return signal === null || signal === undefined ? `exited with ${exitCode}` : `ended by ${escapeText(signal)}`;
}

/** The differences between two runs, for people. Equal parts are left out. */
export function runDiffText(diff: RunDifference): string {
	const parts: readonly (readonly [string, readonly string[]])[] = [
		['end', diff.end === null ? [] : [`${endWords(diff.end.before)}, then ${endWords(diff.end.after)}`]],
		['files', diff.files.map(fileWords)],
		[
			'output',
			diff.logs.map(
				({stream, firstByte, sizes: [one, other]}) =>
					`${stream}: ${one === other ? `${one} bytes` : `${one}, then ${other} bytes`}, differs from byte ${firstByte} on`,
			),
		],
		['steps', diff.steps.map(stepWords)],
		[
			'timings',
			diff.timings.map(({what, before, after}) => `${escapeText(what)}: ${duration(before)}, then ${duration(after)}`),
		],
		['facts', diff.facts.map(changeWords)],
	];
	const told = parts.filter(([, lines]) => lines.length > 0);
	const text = told.map(([name, lines]) => `${name}\n${lines.map(line => `  ${line}\n`).join('')}`).join('');
	return told.length === 0 ? 'no difference\n' : text;
}
