import type {Io} from './io.ts';
import {usageError} from './usage-error.ts';

/**
 * Whether the command gets a pty, as in docker compose: when standard input and output are both terminals, unless
 * `-T`; always with `-t`.
 */
export function wantsTty(values: {readonly tty?: boolean; readonly 'no-tty': boolean}, io: Io): boolean {
	if (values.tty === true && values['no-tty']) throw usageError('-t and -T exclude each other');
	if (values['no-tty']) return false;
	return values.tty === true || (io.isTerminal('stdin') && io.isTerminal('stdout'));
}
