import {spawn} from 'node:child_process';
import {trace} from '../trace.ts';
import {closeDescriptor, openAppend} from './stdio.ts';

/** Makes glibc return freed memory to the kernel at once and share it among threads; mallopt(3). */
const frugal = {MALLOC_ARENA_MAX: '1', MALLOC_MMAP_THRESHOLD_: '65536', MALLOC_TRIM_THRESHOLD_: '65536'};

/** A program that outlives its starter. */
export interface BackgroundProgram {
	/** Whether it has ended; only known while its starter runs. */
	readonly ended: () => boolean;
}

/**
 * Starts a program in its own session, with a minimal environment and these variables. Its output is appended to a file. TSBOX_DEBUG is
 * passed on, so the program's trace goes to that file too.
 */
export function startInBackground(
	words: readonly string[],
	output: string,
	variables: Readonly<Record<string, string>> = {},
): BackgroundProgram {
	const said = openAppend(output);
	const debug = process.env['TSBOX_DEBUG'];
	const [file = '', ...args] = words;
	const child = spawn(file, args, {
		stdio: ['ignore', said, said],
		detached: true,
		cwd: '/',
		env: {
			PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
			LC_ALL: 'C',
			...frugal,
			...variables,
			...(debug && {TSBOX_DEBUG: debug}),
		},
	});
	trace('programs', () => `[${child.pid}] start in the background ${args.join(' ')}; its output goes to ${output}`);
	closeDescriptor(said);
	let ended = false;
	const end = (): void => void (ended = true);
	child.once('exit', end).once('error', end);
	child.unref();
	return {ended: () => ended};
}
