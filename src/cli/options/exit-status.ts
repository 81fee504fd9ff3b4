import {constants} from 'node:os';
import type {CommandEnd} from '../../container/machine/attachment.ts';

/** The exit status of a command as a shell reports it: its own, or 128 plus the signal number. */
export function exitStatus({exitCode, signal}: CommandEnd): number {
	if (signal === null) return exitCode;
	const number = (constants.signals as Readonly<Record<string, number>>)[signal];
	return number === undefined ? exitCode : 128 + number;
}
