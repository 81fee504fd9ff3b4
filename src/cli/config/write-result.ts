import {resolve} from 'node:path';
import {TsboxError} from '../../errors/tsbox-error.ts';
import type {Io} from '../verb/io.ts';

/**
 * Writes to a file, or to standard output without one.
 *
 * @throws TsboxError E_USAGE for a file that cannot be written.
 */
export function writeResult(text: string, file: string | undefined, io: Io): void {
	if (file === undefined) return io.out(text);
	try {
		io.writeFile(resolve(io.cwd, file), text, true);
	} catch (cause) {
		throw new TsboxError('E_USAGE', `${file} cannot be written`, {cause, hint: 'choose another file with --output'});
	}
}
