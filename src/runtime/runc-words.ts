import {isTsboxError, TsboxError} from '../errors/tsbox-error.ts';
import {present} from '../spec/syntax/pick.ts';

/** The error of a command that cannot be run, in runc's words: engines read the exit statuses 126 and 127 out of the message. */
export function inRuncsWords(error: unknown, command = ''): unknown {
	if (!isTsboxError(error)) return error;
	const {code, message, hint} = error;
	// execve(2) gives ENOENT for a file whose interpreter is not there.
	const isMissing =
		code === 'E_COMMAND_NOT_FOUND' || (code === 'E_COMMAND_NOT_EXECUTABLE' && /interpreter .* not in/.test(message));
	if (!isMissing && code !== 'E_COMMAND_NOT_EXECUTABLE') return error;
	// What has these words already.
	if (message.startsWith('exec: ')) return error;
	const words = isMissing ? 'no such file or directory' : 'permission denied';
	return new TsboxError(code, `exec ${command}: ${words}: ${message}`, {...present({hint}), cause: error});
}

/** What runc logs at the moment of a step, with --debug. Callers wait for these words. */
const debugWords: Readonly<Record<string, string>> = {
	'namespaces.start': 'nsexec container setup',
	'process.privileges': 'child process in init()',
	'process.exec': 'init: closing the pipe to signal completion',
};

/** A step as a line of the log. */
export function stepInRuncsWords(id: string): string {
	const words = debugWords[id];
	return words === undefined ? `step ${id}` : `${words}: step ${id}`;
}
