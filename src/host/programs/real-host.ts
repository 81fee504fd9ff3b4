import {hostFiles} from '../files/host-files.ts';
import type {Host} from '../host.ts';
import {runProgram, signalProgram, startProgram} from './programs.ts';

/** The {@link Host} that acts on this machine. */
export function realHost(): Host {
	return {
		run: runProgram,
		start: startProgram,
		kill: signalProgram,
		now: () => Date.now(),
		...hostFiles,
	};
}
