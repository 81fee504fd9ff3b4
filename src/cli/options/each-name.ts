import {asForeseen} from '../../errors/system-failure.ts';
import {isTsboxError} from '../../errors/tsbox-error.ts';
import type {Io} from '../verb/io.ts';
import {themeOf} from '../output/theme-of.ts';

/**
 * Runs an action for each container or image and prints its result on a line. An error is printed at once and does not skip
 * the others. The first error decides the exit status.
 */
export async function eachName(
	names: readonly string[],
	io: Io,
	act: (name: string) => Promise<string>,
): Promise<number> {
	let status = 0;
	for (const name of names) {
		try {
			io.out(`${await act(name)}\n`);
		} catch (cause) {
			const error = asForeseen(cause);
			if (!isTsboxError(error)) throw error;
			const {errorText} = await import('../../view/text/error-text.ts');
			io.err(errorText(error, themeOf(io, 'stderr')));
			if (status === 0) status = error.exitStatus;
		}
	}
	return status;
}
