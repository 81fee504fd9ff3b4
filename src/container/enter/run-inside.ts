import {present} from '../../spec/syntax/pick.ts';
import type {Machine} from '../machine/machine.ts';
import {execIn} from './exec-in.ts';
import {openEndFile} from '../../host/files/descriptors.ts';
import {closeDescriptor, openNothing} from '../../host/programs/stdio.ts';
import type {Hook} from '../../spec/model/project.ts';
import {containerFolder} from '../../state/record.ts';

/** Bytes of a command's output that are kept. */
const keptBytes = 4096;

/** Bytes that the file of its output may have before it is emptied. */
const mostBytes = 1024 * 1024;

/** What a command in a container came to. */
export interface InsideEnd {
	readonly exitCode: number;
	/** The end of what it printed. */
	readonly output: string;
}

/**
 * Runs a command in a container, as `exec` would, and keeps what it printed; it is killed when the signal aborts.
 *
 * @param purpose - names the file of its output: one command a purpose at a time
 * @throws TsboxError what `exec` throws.
 */
export async function runInside(
	machine: Machine,
	name: string,
	{command, user, workingDir, environment}: Hook,
	purpose: 'health' | 'hook',
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
