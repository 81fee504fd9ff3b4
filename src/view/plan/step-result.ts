import type {CheckResult, StartLook} from '../../execute/held-step.ts';
import {type Change, changes} from '../../kernel/snapshot-changes.ts';
import {escapeLines, escapeText} from '../text/escape.ts';
import type {Look} from '../text/look.ts';
import {wrapWords} from '../text/wrap.ts';
import {shortCheckWords} from './check-words.ts';
import {changeLines, snapshotLines} from './snapshot-lines.ts';

/** The indent of output below the line of a step. */
const margin = ' '.repeat(7);
/** Most lines of changes after a step. */
const most = 16;

/**
 * What a step did, as the kernel shows it: the files of the host and the first process compared with the look before the step,
 * and its checks.
 */
export function stepResult(before: StartLook, after: StartLook, checks: readonly CheckResult[], look: Look): string {
	const {theme} = look;
	const inner = {...look, columns: look.columns - margin.length};
	const lines = [...placeChanges(before, after, inner), ...changeLines(processChanges(before, after), inner)];
	const left = lines.length - most;
	const held = checks.filter(({problem}) => problem === undefined);
	const open = checks.length - held.length;
	return [
		...(before.first === undefined && after.first !== undefined
			? [theme.quiet(`the first process is ${after.first.pid}; this differs from tsbox itself:`)]
			: []),
		...lines.slice(0, left > 1 ? most : lines.length),
		...(left > 1 ? [theme.quiet(`and ${left} lines more; n shows what is there now`)] : []),
		...(lines.length === 0 && held.length === 0 ? [theme.quiet('no mount, namespace, limit, or right changed')] : []),
		...shortCheckWords(held.map(({check}) => check)).flatMap(words => checkLines(words, inner)),
		...(open === 0
			? []
			: [
					theme.quiet(
						`${open} ${held.length === 0 ? '' : 'more '}${open === 1 ? 'check' : 'checks'} when all steps are done`,
					),
				]),
	]
		.map(line => `${margin}${line}\n`)
		.join('');
}

/** What is there now: the first process, or before it exists the files of the host that the step changes. */
export function nowText({first, own, places}: StartLook, look: Look): string {
	const {theme, columns, width} = look;
	const lines =
		first === undefined
			? [
					theme.quiet(
						places.length === 0
							? 'there is no first process yet, and this step changes no file of the host'
							: 'there is no first process yet; of the host this step changes',
					),
					...places.flatMap(({path, state}) => wrapWords(escapeText(`${path} ${state}`), columns - 2, width)),
				]
			: snapshotLines(first, own, look, columns - 2);
	return lines.map(line => `  ${line}\n`).join('');
}

function processChanges(before: StartLook, after: StartLook): readonly Change[] {
	const was = before.first ?? before.own;
	return was === undefined || after.first === undefined ? [] : changes(was, after.first);
}

function placeChanges(before: StartLook, after: StartLook, {columns, theme, width}: Look): readonly string[] {
	return after.places.flatMap(({path, state}) => {
		const was = before.places.find(place => place.path === path)?.state;
		if (was === state) return [];
		const isNew = was === 'is not there';
		const text = isNew ? `${path} ${state}` : `${path}: ${was} -> ${state}`;
		return wrapWords(escapeText(text), columns - 4, width).map((line, index) =>
			index > 0 ? `    ${line}` : `${isNew ? theme.ok('+') : theme.warning('~')} ${line}`,
		);
	});
}

function checkLines(words: string, {columns, theme, width}: Look): readonly string[] {
	return escapeLines(words)
		.split('\n')
		.flatMap(line => wrapWords(line, columns - 7, width))
		.map((line, index) => `${theme.ok(index === 0 ? 'agrees' : '      ')} ${line}`);
}
