import type {Duplex} from 'node:stream';
import type {Host, RunningProgram} from '../host/host.ts';
import {guardDescriptor} from '../step/script/guard-script.ts';
import {withPreserved} from './preserved-stdio.ts';

/**
 * Starts a script that begins with {@link guardLines}, and gives it a pipe whose other end stays open in this process
 * as long as the program runs. After that this process waits for the guard too, so that no process is left behind.
 *
 * @param options.stdio - descriptors 0 to 4
 * @param preserved - descriptors that the command is to have
 */
export function startGuarded(
	host: Host,
	argv: readonly string[],
	{stdio, env}: Parameters<Host['start']>[1],
	preserved: readonly number[] = [],
): RunningProgram {
	const program = host.start(argv, {
		stdio: withPreserved([...stdio, 'pipe'], preserved),
		...(env === undefined ? {} : {env}),
	});
	const held = program.pipes[guardDescriptor] as Duplex | null | undefined;
	// The pipe closes when the guard ends. Node notices that only on a stream that is read.
	held?.on('error', () => {}).resume();
	void program.ended.then(() => held?.end());
	return program;
}

/** Sends a time limit to the guard of a container that may outlive tsbox: whole seconds from now. */
export function limitTime(program: RunningProgram, seconds: number): void {
	(program.pipes[guardDescriptor] as Duplex | undefined)?.write(`limit ${seconds}\n`);
}
