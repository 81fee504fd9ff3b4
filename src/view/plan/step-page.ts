import type {StepWords} from '../../execute/event.ts';
import {escapeLines, escapeText} from '../text/escape.ts';
import type {Look} from '../text/look.ts';
import {wrapCommand, wrapWords} from '../text/wrap.ts';

/** A step that is about to be done, for someone who learns: its title, why it is needed, its command. */
export function stepPage(step: StepWords, number: number, count: number, {columns, theme, width}: Look): string {
	const why = wrapWords(escapeText(step.why), columns - 2, width).map(line => `  ${line}\n`);
	const command = wrapCommand(escapeLines(step.command), columns - 2, width).map(line => `  ${theme.command(line)}\n`);
	const title = `${theme.quiet(`${number}/${count} ${step.phase}`)}  ${theme.strong(escapeText(step.title))}\n`;
	return `\n${title}${why.join('')}\n${command.join('')}\n`;
}

/** Asks whether the step is to be done, and says what may be typed. */
export function stepPrompt({theme}: Look): string {
	return `${theme.quiet('Enter to do it, c to do all that follow too, q to stop')} `;
}
