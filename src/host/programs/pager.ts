import {spawn} from 'node:child_process';

/**
 * The pager that an environment asks for: TSBOX_PAGER, PAGER, else less(1); undefined for none (`cat`, or nothing).
 */
export function pagerOf(env: Readonly<Record<string, string | undefined>>): string | undefined {
	const pager = (env['TSBOX_PAGER'] ?? env['PAGER'] ?? 'less').trim();
	return pager === '' || pager === 'cat' ? undefined : pager;
}

/**
 * Shows a text by a pager, a command of the shell as git takes it, on our own standard output. LESS is `FRX` unless set: what
 * fits on the screen is only printed. Settles when it has ended; false where there is no such program, and nothing was shown.
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
	// Ctrl-C is the pager's affair, and so is leaving it before the end.
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
