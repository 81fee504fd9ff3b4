import {spawn} from 'node:child_process';

/** The pager in an environment: TSBOX_PAGER, PAGER, else less(1); undefined for `cat` or an empty value. */
export function pagerOf(env: Readonly<Record<string, string | undefined>>): string | undefined {
	const pager = (env['TSBOX_PAGER'] ?? env['PAGER'] ?? 'less').trim();
	return pager === '' || pager === 'cat' ? undefined : pager;
}

/**
 * Shows a text in a pager on standard output. The pager is a shell command, as in git. LESS defaults to `FRX`, so that less only
 * prints a text that fits on the screen. Resolves when the pager has ended; false when there is no such program and nothing was shown.
 */
export function showPaged(
	pager: string,
	text: string,
	env: Readonly<Record<string, string | undefined>>,
): Promise<boolean> {
	const child = spawn('/bin/sh', ['-c', pager], {
		stdio: ['pipe', 'inherit', 'inherit'],
		env: {...env, LESS: env['LESS'] ?? 'FRX'},
	});
	// The pager handles Ctrl-C, and may close its input early.
	const ignore = (): void => {};
	process.on('SIGINT', ignore);
	child.stdin.on('error', ignore);
	child.stdin.end(text);
	return new Promise(resolve => {
		const end = (shown: boolean): void => {
			process.off('SIGINT', ignore);
			resolve(shown);
		};
		child.once('error', () => end(false));
		child.once('close', status => end(status !== 127 && status !== 126));
	});
}
