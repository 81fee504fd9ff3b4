import {TsboxError} from '../errors/tsbox-error.ts';
import type {Host} from '../host/host.ts';

/**
 * Makes FIFOs.
 *
 * @param mode - permission bits in octal, as mkfifo(1) takes them
 * @throws TsboxError E_STEP_FAILED.
 */
export async function makeFifos(host: Host, mode: string, paths: readonly string[]): Promise<void> {
	const {exitCode, stderr, command} = await host.run(['mkfifo', '-m', mode, ...paths], {timeoutMs: 10_000});
	if (exitCode !== 0) throw new TsboxError('E_STEP_FAILED', 'cannot make a FIFO', {command, output: stderr});
}
