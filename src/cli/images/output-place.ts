import type {OutputPlace} from '../../container/images/write-out.ts';
import {usageError} from '../options/usage-error.ts';
import type {Io} from '../verb/io.ts';

/**
 * Where an archive goes; `-` is standard output.
 *
 * @throws TsboxError E_USAGE when that is a terminal.
 */
export function outputPlace(file: string, io: Io): OutputPlace {
	if (file !== '-') return {file, cwd: io.cwd};
	if (io.isTerminal('stdout')) throw usageError('a terminal cannot show an archive: name a file', undefined, 'images');
	return 'stdout';
}
