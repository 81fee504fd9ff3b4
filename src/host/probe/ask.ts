import {TsboxError} from '../../errors/tsbox-error.ts';
import type {Host, RunResult} from '../host.ts';

/** How long a program may take to answer, ms; a booting machine is slow. */
const answersWithin = 60_000;

/**
 * Runs a program to learn what this machine supports. A partial answer is an error: it would be cached as the truth until
 * the next boot.
 *
 * @param whom - names the program in the error, from the output before it was killed
 * @throws TsboxError E_SYSTEM when it was killed.
 */
export async function ask(
	host: Host,
	argv: readonly string[],
	whom: (stdout: string) => string = () => argv[0] ?? '',
): Promise<RunResult> {
	const result = await host.run(argv, {timeoutMs: answersWithin});
	if (result.signal === undefined) return result;
	throw new TsboxError('E_SYSTEM', `${whom(result.stdout)} does not answer`, {
		output: `killed by ${result.signal}, perhaps by the time limit of ${answersWithin / 1000} s`,
		why: 'the machine is too busy, or the program hangs',
		hint: 'try again; if it fails each time, run that program by hand with `--help`',
	});
}
