import {TsboxError} from '../errors/tsbox-error.ts';
import type {OciProcess} from '../oci/config.ts';

/**
 * Refuses a terminal that nobody would get, in runc's words.
 *
 * @param stays - the process that starts the command waits for its end, and relays its terminal
 * @throws TsboxError E_USAGE.
 */
export function checkTerminal(
	{terminal}: Pick<OciProcess, 'terminal'>,
	consoleSocket: string | undefined,
	stays: boolean,
): void {
	if (terminal && consoleSocket === undefined && !stays)
		throw new TsboxError('E_USAGE', 'cannot allocate tty if runc will detach without setting console socket', {
			hint: 'name a socket with --console-socket, or set `process.terminal` to false',
		});
	if (!terminal && consoleSocket !== undefined)
		throw new TsboxError('E_USAGE', 'cannot use console socket if runc will not detach or allocate tty', {
			hint: 'set `process.terminal` to true, or leave --console-socket out',
		});
}

/** The socket by which this process gets the terminal of a command, if no other one is named. */
export function ownConsole(conf: string): string {
	return `${conf}/terminal-${process.pid}.sock`;
}
