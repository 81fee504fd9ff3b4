import type {StepWords} from '../../execute/event.ts';
import type {Skipping} from '../../step/script/skipping.ts';
import {escapeLines, escapeText} from '../text/escape.ts';
import type {Look} from '../text/look.ts';
import {wrapCommand, wrapWords} from '../text/wrap.ts';
import {keyHelp, keyPrompt} from './key-words.ts';

/** The page that `--step` shows before each step: its title, why it is needed, and its command. */
export function stepPage(step: StepWords, number: number, count: number, {columns, theme, width}: Look): string {
	const why = wrapWords(escapeText(step.why), columns - 2, width).map(line => `  ${line}\n`);
	const command = wrapCommand(escapeLines(step.command), columns - 2, width).map(line => `  ${theme.command(line)}\n`);
	const title = `${theme.quiet(`${number}/${count} ${step.phase}`)}  ${theme.strong(escapeText(step.title))}\n`;
	return `\n${title}${why.join('')}\n${command.join('')}\n`;
}

/** The keys of `--step` in one line, or more in a narrow window. */
export function stepPrompt({can}: Skipping, look: Look): string {
	const keys = [
		'Enter: run this step',
		...(can ? ['k: skip'] : []),
		'c: rest',
		'n: now',
		's: shell',
		'q: quit',
		'?: help',
	];
	return keyPrompt(keys, look);
}

/** What each key does, and what happens without this step. */
export function stepHelp(skipping: Skipping, look: Look): string {
	const rows = [
		['Enter', 'run this step, and show what it changed'],
		['k', skipping.can ? `skip this step; then ${skipping.without}` : `skip; not this step: ${skipping.why}`],
		['c', 'run all remaining steps without asking'],
		['n', 'show what the kernel shows now of the first process, or of the files that this step changes'],
		['s', 'a shell on the host; `exit` comes back'],
		['i', 'a shell in the namespaces of the first process, as root'],
		['q', 'quit: undo all steps; Ctrl-C and Ctrl-D do the same'],
	] as const;
	return keyHelp(rows, look);
}
