import {escapeText} from '../../view/text/escape.ts';
import type {Io} from '../verb/io.ts';

/** Prints one line on standard error. Control characters are escaped, because names come from specs and images. */
export function tell(io: Pick<Io, 'err'>, text: string): void {
	io.err(`${escapeText(text)}\n`);
}
