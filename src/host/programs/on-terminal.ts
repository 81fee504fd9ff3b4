import {spawn, type StdioOptions} from 'node:child_process';

/**
 * Runs a program on the terminal of this process. Resolves with its exit status when it has ended, undefined when it could not
 * be started. An aborted signal kills it at once: script(1) takes two seconds to end by another signal.
 */
export async function runOnTerminal(
	words: readonly string[],
	env: Readonly<Record<string, string | undefined>>,
	signal: AbortSignal,
): Promise<number | undefined> {
	if (signal.aborted) return undefined;
	const modes = (await run(['stty', '-g'], ['inherit', 'pipe', 'ignore'], env)).output.trim();
	const {status, isKilled} = await run(words, 'inherit', env, signal);
	// A program that was killed has not given the terminal its modes back.
	if (isKilled && modes !== '') await run(['stty', modes], ['inherit', 'ignore', 'ignore'], env);
	return status;
}

interface Ended {
	readonly status: number | undefined;
	readonly isKilled: boolean;
	readonly output: string;
}

function run(
	[program = '', ...args]: readonly string[],
	stdio: StdioOptions,
	env: Readonly<Record<string, string | undefined>>,
	signal?: AbortSignal,
): Promise<Ended> {
	const child = spawn(program, args, {stdio, env});
	const end = (): void => void child.kill('SIGKILL');
	signal?.addEventListener('abort', end, {once: true});
	let output = '';
	child.stdout?.on('data', (bytes: Buffer) => void (output += bytes.toString()));
	return new Promise(resolve => {
		const settle = (status: number | undefined, isKilled: boolean): void => {
			signal?.removeEventListener('abort', end);
			resolve({status, isKilled, output});
		};
		child.once('error', () => settle(undefined, false));
		child.once('close', (status, killer) => settle(status ?? 128, killer !== null));
	});
}
