import {escapeText} from '../../view/text/escape.ts';
import type {Io} from '../verb/io.ts';

/** Says one line to standard error. No name of a spec, an image or an argument in it can move the cursor. */
export function tell(io: Pick<Io, 'err'>, text: string): void {
	io.err(`${escapeText(text)}\n`);
}
