import {instructionError} from '../syntax/dockerfile-error.ts';
import {jsonForm} from '../syntax/json-form.ts';
import type {RawInstruction} from '../syntax/raw-instruction.ts';
import type {CommandForm} from './instruction.ts';

/** The command of RUN, CMD and ENTRYPOINT: a JSON list of words, or else text for the shell. */
export function readCommand(raw: RawInstruction, rest = raw.rest): CommandForm {
	const words = jsonForm(rest);
	if (words === 'mixed') throw notOnlyText(raw);
	if (words !== undefined) return {words, isShell: false};
	return {words: rest === '' ? [] : [rest], isShell: true};
}

/** The error for a JSON list with numbers or lists in it. */
export function notOnlyText(raw: RawInstruction) {
	const start = raw.restAt;
	return instructionError(raw, 'a JSON list holds text only', 'write each word in double quotes', {
		start,
		end: start + raw.rest.length,
	});
}
