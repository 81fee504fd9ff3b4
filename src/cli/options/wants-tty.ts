import type {Io} from '../verb/io.ts';
import {usageError} from './usage-error.ts';

/**
 * Whether the command gets a pty. As in Docker Compose, it gets one if standard input and output are terminals. `-t` and
 * `-T` override this.
 */
export function wantsTty(values: {readonly tty?: boolean; readonly 'no-tty': boolean}, io: Io): boolean {
	return asksTty(values) ?? (io.isTerminal('stdin') && io.isTerminal('stdout'));
}

/** Whether `-t` or `-T` asks for a pty. Undefined without either. */
export function asksTty(values: {readonly tty?: boolean; readonly 'no-tty': boolean}): boolean | undefined {
	if (values.tty === true && values['no-tty']) throw usageError('-t and -T cannot be combined');
	return values['no-tty'] ? false : values.tty === true ? true : undefined;
}

/**
 * Refuses `--step` where nobody can answer.
 *
 * @throws TsboxError E_USAGE.
 */
export function needTerminal(io: Io, verb: string): void {
	if (!io.isTerminal('stdin')) throw usageError('--step needs a terminal to ask what to do', undefined, verb);
}
