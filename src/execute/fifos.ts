import {TsboxError} from '../errors/tsbox-error.ts';
import type {Host} from '../host/host.ts';
import {endOf} from '../host/programs/run-shell.ts';
import {shellCommand} from '../spec/syntax/shell-words.ts';

/**
 * Makes FIFOs.
 *
 * @param mode - permission bits in octal, as mkfifo(1) takes them
 * @throws TsboxError E_STEP_FAILED.
 */
export async function makeFifos(host: Host, mode: string, paths: readonly string[]): Promise<void> {
	// Not `host.run`, which loads more than a start of a container needs.
	const words = ['mkfifo', '-m', mode, ...paths];
	const {ended, pipes} = host.start(words, {stdio: ['ignore', 'ignore', 'pipe']});
	const [said, {exitCode, startError}] = await Promise.all([endOf(pipes[2]), ended]);
	if (exitCode === 0) return;
	const output = startError?.message ?? said.trim();
	throw new TsboxError('E_STEP_FAILED', 'cannot make a FIFO', {command: shellCommand(words), output});
}
