import type {StepWords} from '../../execute/event.ts';
import {escapeLines, escapeText} from '../text/escape.ts';
import type {Look} from '../text/look.ts';
import {wrapCommand, wrapWords} from '../text/wrap.ts';

/** The page that `--step` shows before each step: its title, why it is needed, and its command. */
export function stepPage(step: StepWords, number: number, count: number, {columns, theme, width}: Look): string {
	const why = wrapWords(escapeText(step.why), columns - 2, width).map(line => `  ${line}\n`);
	const command = wrapCommand(escapeLines(step.command), columns - 2, width).map(line => `  ${theme.command(line)}\n`);
	const title = `${theme.quiet(`${number}/${count} ${step.phase}`)}  ${theme.strong(escapeText(step.title))}\n`;
	return `\n${title}${why.join('')}\n${command.join('')}\n`;
}

/** The prompt of `--step`. */
export function stepPrompt({theme}: Look): string {
	return `${theme.quiet('Enter: run this step, c: run all remaining steps, q: quit')} `;
}
