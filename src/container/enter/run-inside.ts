import type {Machine} from '../machine/machine.ts';
import {closeSync, constants, fstatSync, ftruncateSync, openSync, readSync, unlinkSync} from 'node:fs';
import {execIn} from './exec-in.ts';
import type {Hook} from '../../spec/model/project.ts';
import {containerFolder} from '../../state/record.ts';

/** Bytes of a command's output that are kept. */
const keptBytes = 4096;

/** Bytes that the file of its output may have before it is emptied, and how often that is looked at, ms: the state folder may lie in memory. */
const [mostBytes, lookEvery] = [1024 * 1024, 50] as const;

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
	const {O_WRONLY, O_CREAT, O_TRUNC, O_APPEND, O_NOFOLLOW} = constants;
	// What is written after it was emptied comes to its start again.
	const output = openSync(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_NOFOLLOW, 0o600);
	const written = openSync(path, 'r');
	let before: Buffer = Buffer.alloc(0);
	const end = (): Buffer => Buffer.concat([before, endOf(written)]).subarray(-keptBytes);
	const emptying = setInterval(() => {
		if (fstatSync(output).size <= mostBytes) return;
		before = end();
		ftruncateSync(output);
	}, lookEvery);
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
		return {exitCode, output: end().toString('utf8')};
	} finally {
		clearInterval(emptying);
		closeSync(written);
		closeSync(output);
		closeSync(nothing);
		unlinkSync(path);
	}
}

/** The last bytes of a file, which may be longer than could be read. */
function endOf(fd: number): Buffer {
	const bytes = Buffer.alloc(keptBytes);
	return bytes.subarray(0, readSync(fd, bytes, 0, keptBytes, Math.max(0, fstatSync(fd).size - keptBytes)));
}
