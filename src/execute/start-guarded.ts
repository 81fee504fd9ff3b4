import type {Duplex} from 'node:stream';
import type {Host, RunningProgram} from '../host/host.ts';
import {guardDescriptor} from '../step/script/guard-script.ts';

/**
 * Starts a script that begins with {@link guardLines}, and gives it the pipe whose other end is open in this process for as
 * long as the program runs. This process then waits for the guard too, which would be a process left behind.
 *
 * @param options.stdio - descriptors 0 to 4
 */
export function startGuarded(
	host: Host,
	argv: readonly string[],
	{stdio, env}: Parameters<Host['start']>[1],
): RunningProgram {
	const program = host.start(argv, {stdio: [...stdio, 'pipe'], ...(env === undefined ? {} : {env})});
	const held = program.pipes[guardDescriptor] as Duplex | null | undefined;
	// It closes when its other end does, and that is with the guard: a stream that nobody reads would not hear of it.
	held?.on('error', () => {}).resume();
	void program.ended.then(() => held?.end());
	return program;
}

/** Tells the guard of a container that may go on alone how long from now on, whole seconds. */
export function limitTime(program: RunningProgram, seconds: number): void {
	(program.pipes[guardDescriptor] as Duplex | undefined)?.write(`limit ${seconds}\n`);
}
