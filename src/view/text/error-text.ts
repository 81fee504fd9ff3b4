import {isError} from '../../errors/is-error.ts';
import {isTsboxError, type TsboxError} from '../../errors/tsbox-error.ts';
import {readableStack} from '../../host/programs/readable-stack.ts';
import {escapeLines, escapeText} from './escape.ts';
import type {Theme} from './theme.ts';
import {jsonText} from './json.ts';

/**
 * An error for people. A foreseen error shows what failed, then its step, command, tool output, cause, and hint.
 * Any other error is a bug and shows its stack.
 */
export function errorText(error: unknown, theme: Theme): string {
	return isTsboxError(error) ? foreseen(error, theme) : bug(error, theme);
}

/** A foreseen error as one line of JSON, with its code and exit status. */
export function errorJson(error: unknown): string {
	if (!isTsboxError(error)) return jsonText({type: 'error', code: 'E_BUG', message: stackOf(error)});
	const {code, exitStatus, message, step, command, output, why, hint} = error;
	return jsonText({type: 'error', code, exitStatus, message, step, command, output, why, hint});
}

function foreseen(error: TsboxError, theme: Theme): string {
	// The message of a spec error has an excerpt of the file with a caret below it, so its line breaks stay.
	const message = `${theme.failed('error:')} ${escapeLines(error.message)}\n`;
	return (
		message +
		field('step', error.step, theme, escapeText) +
		field('command', error.command, theme, escapeLines) +
		(isExcerpt(error.output)
			? `${escapeLines(error.output.trimEnd())}\n`
			: field('output', error.output, theme, escapeLines)) +
		field('cause', error.why, theme, escapeText) +
		field('hint', error.hint, theme, escapeText)
	);
}

/** Whether the output is an excerpt of a spec with carets, and not the output of a program. */
function isExcerpt(output: string | undefined): output is string {
	return output !== undefined && /^ {2}\d+ \| /m.test(output);
}

const labelWidth = 9;

function field(label: string, text: string | undefined, theme: Theme, escape: (text: string) => string): string {
	if (text === undefined || text === '') return '';
	const margin = ' '.repeat(labelWidth + 2);
	const lines = escape(text.trimEnd()).replaceAll('\n', `\n${margin}`);
	return `  ${theme.quiet(label.padEnd(labelWidth))}${lines}\n`;
}

function bug(error: unknown, theme: Theme): string {
	return `${theme.failed('error:')} this is a bug in tsbox; please report it with the lines below\n${escapeLines(stackOf(error))}\n`;
}

function stackOf(error: unknown): string {
	if (!isError(error)) return String(error);
	const cause = error.cause === undefined ? '' : `\ncaused by ${stackOf(error.cause)}`;
	return `${error.stack === undefined ? error.message : readableStack(error.stack)}${cause}`;
}
