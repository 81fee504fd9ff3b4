import {TsboxError} from '../../errors/tsbox-error.ts';
import type {Host, RunResult} from '../host.ts';

/** How long a program may take to say what it can do, ms; a machine that boots is slow. */
const answersWithin = 60_000;

/**
 * Runs a program to learn what this machine can do. What it does not say in time is not guessed: half an answer would be
 * kept as the truth until the machine is booted again.
 *
 * @param whom - the program that is asked, from what was said until it was killed
 * @throws TsboxError E_SYSTEM when it was killed.
 */
export async function ask(
	host: Host,
	argv: readonly string[],
	whom: (stdout: string) => string = () => argv[0] ?? '',
): Promise<RunResult> {
	const result = await host.run(argv, {timeoutMs: answersWithin});
	if (result.signal === undefined) return result;
	throw new TsboxError('E_SYSTEM', `${whom(result.stdout)} does not say what it can do`, {
		output: `killed by ${result.signal}, perhaps by the time limit of ${answersWithin / 1000} s`,
		why: 'the machine is too busy, or the program waits for something that does not come',
		hint: 'try again; if it is the same each time, run that program by hand with `--help`',
	});
}
