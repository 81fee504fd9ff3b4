import {present} from '../../spec/syntax/pick.ts';
import type {Machine} from '../machine/machine.ts';
import {execIn} from './exec-in.ts';
import {openEndFile} from '../../host/files/descriptors.ts';
import {closeDescriptor, openNothing} from '../../host/programs/stdio.ts';
import type {Hook} from '../../spec/model/project.ts';
import {containerFolder} from '../../state/record.ts';

/** Bytes of the command's output to keep. */
const keptBytes = 4096;

/** The size, in bytes, at which the output file is emptied. */
const mostBytes = 1024 * 1024;

/** The result of a command in a container. */
export interface InsideEnd {
	readonly exitCode: number;
	/** The end of the command's output. */
	readonly output: string;
}

/**
 * Runs a command in a container like `exec`, and keeps its output. Aborting the signal kills the command.
 *
 * @param purpose - names the output file, so only one command per purpose may run at a time
 * @throws TsboxError as `exec` does.
 */
export async function runInside(
	machine: Machine,
	name: string,
	{command, user, workingDir, environment}: Hook,
	purpose: 'health' | 'hook' | 'watch',
	signal: AbortSignal,
): Promise<InsideEnd> {
	const path = `${containerFolder(machine.dirs.state, name)}/${purpose}`;
	const output = openEndFile(path, keptBytes, mostBytes);
	const nothing = openNothing();
	try {
		const {exitCode} = await execIn(machine, name, {
			args: command,
			env: environment,
			tty: false,
			stdio: {stdin: nothing, stdout: output.fd, stderr: output.fd},
			signal: new AbortController().signal,
			force: signal,
			...present({user, workdir: workingDir}),
		});
		return {exitCode, output: output.end().toString('utf8')};
	} finally {
		output.close();
		closeDescriptor(nothing);
	}
}
