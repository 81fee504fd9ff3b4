import {spawn} from 'node:child_process';
import {trace} from '../trace.ts';
import {closeDescriptor, openAppend} from './stdio.ts';

/** What is freed goes back to the kernel at once, and threads share their memory; mallopt(3), glibc's alone. */
const frugal = {MALLOC_ARENA_MAX: '1', MALLOC_MMAP_THRESHOLD_: '65536', MALLOC_TRIM_THRESHOLD_: '65536'};

/** A program that goes on when its starter has ended. */
export interface BackgroundProgram {
	/** Whether it has ended, as long as its starter is there to be told. */
	readonly ended: () => boolean;
}

/**
 * Starts this very Node with other arguments, in a session of its own, with an environment of next to nothing; what it says
 * is added to a file. TSBOX_DEBUG comes along: the program's trace goes to that file too.
 */
export function startInBackground(args: readonly string[], output: string): BackgroundProgram {
	const said = openAppend(output);
	const debug = process.env['TSBOX_DEBUG'];
	const child = spawn(process.execPath, args, {
		stdio: ['ignore', said, said],
		detached: true,
		cwd: '/',
		env: {PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C', ...frugal, ...(debug && {TSBOX_DEBUG: debug})},
	});
	trace('programs', () => `[${child.pid}] start in the background ${args.join(' ')}; its output goes to ${output}`);
	closeDescriptor(said);
	let ended = false;
	const end = (): void => void (ended = true);
	child.once('exit', end).once('error', end);
	child.unref();
	return {ended: () => ended};
}
