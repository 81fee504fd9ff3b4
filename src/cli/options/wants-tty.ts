import type {Io} from '../verb/io.ts';
import {usageError} from './usage-error.ts';

/**
 * Whether the command gets a pty, as in docker compose: when standard input and output are both terminals, unless
 * `-T`; always with `-t`.
 */
export function wantsTty(values: {readonly tty?: boolean; readonly 'no-tty': boolean}, io: Io): boolean {
	return asksTty(values) ?? (io.isTerminal('stdin') && io.isTerminal('stdout'));
}

/** What `-t` and `-T` say of that; undefined without both. */
export function asksTty(values: {readonly tty?: boolean; readonly 'no-tty': boolean}): boolean | undefined {
	if (values.tty === true && values['no-tty']) throw usageError('-t and -T exclude each other');
	return values['no-tty'] ? false : values.tty === true ? true : undefined;
}
