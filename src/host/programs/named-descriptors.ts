import {constants, fstatSync, openSync, readFileSync} from 'node:fs';
import {text} from 'node:stream/consumers';
import {isError} from '../../errors/is-error.ts';
import {pipeStream} from './stdio.ts';

const kept = new Map<string, number>();

/**
 * Opens the descriptors of the caller that a command line names as files, as a shell names its pipes: `--process <(...)`. The caller's own are
 * closed before the command line is understood, and these are none that a started program inherits.
 */
export function keepNamedDescriptors(argv: readonly string[]): void {
	for (const word of argv) {
		if (!/^\/(dev|proc\/self)\/fd\/\d+$/.test(word)) continue;
		try {
			// A pipe without a writer would otherwise be waited for.
			kept.set(word, openSync(word, constants.O_RDONLY | constants.O_NONBLOCK));
		} catch (error) {
			// What uses it says that it is not there.
			if (!isError(error)) throw error;
		}
	}
}

/** The text of a descriptor that was kept, up to its end; undefined for any other path. Once. */
export async function namedText(path: string): Promise<string | undefined> {
	const fd = kept.get(path);
	if (fd === undefined) return undefined;
	kept.delete(path);
	return fstatSync(fd).isFIFO() ? await text(pipeStream(fd, 'read')) : readFileSync(fd, 'utf8');
}
