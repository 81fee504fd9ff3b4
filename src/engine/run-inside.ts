import {closeSync, openSync, readFileSync, unlinkSync} from 'node:fs';
import {execIn} from './exec-in.ts';
import type {Machine} from './types.ts';
import type {Hook} from '../spec/project.ts';
import {containerFolder} from '../state/record.ts';

/** Bytes of a command's output that are kept. */
const keptBytes = 4096;

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
	const output = openSync(path, 'w', 0o600);
	const nothing = openSync('/dev/null', 'r');
	try {
		const {exitCode} = await execIn(machine, name, {
			args: command,
			env: environment,
			tty: false,
			stdio: {stdin: nothing, stdout: output, stderr: output},
			signal: new AbortController().signal,
			force: signal,
			...(user === undefined ? {} : {user}),
			...(workingDir === undefined ? {} : {workdir: workingDir}),
		});
		return {exitCode, output: readFileSync(path).subarray(-keptBytes).toString('utf8')};
	} finally {
		closeSync(output);
		closeSync(nothing);
		unlinkSync(path);
	}
}
