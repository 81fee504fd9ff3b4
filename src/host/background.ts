import {spawn} from 'node:child_process';
import {closeDescriptor, openAppend} from './stdio.ts';

/** A program that goes on when its starter has ended. */
export interface BackgroundProgram {
	/** Whether it has ended, as long as its starter is there to be told. */
	readonly ended: () => boolean;
}

/**
 * Starts this very Node with other arguments, in a session of its own, with an environment of next to nothing; what it says
 * is added to a file.
 */
export function startInBackground(args: readonly string[], output: string): BackgroundProgram {
	const said = openAppend(output);
	const child = spawn(process.execPath, args, {
		stdio: ['ignore', said, said],
		detached: true,
		cwd: '/',
		env: {PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C'},
	});
	closeDescriptor(said);
	let ended = false;
	const end = (): void => void (ended = true);
	child.once('exit', end).once('error', end);
	child.unref();
	return {ended: () => ended};
}
