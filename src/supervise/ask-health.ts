import {closeSync, openSync, readFileSync, unlinkSync} from 'node:fs';
import {execIn} from '../engine/exec-in.ts';
import type {Machine} from '../engine/types.ts';
import type {Service} from '../spec/project.ts';
import {containerFolder} from '../state/record.ts';
import type {Answer} from './health.ts';

/** Bytes of a check's output that are kept. */
const keptBytes = 4096;

/** Runs a container's health check in it, as `exec` would; it is killed when the signal aborts. */
export async function askHealth(machine: Machine, {name, healthcheck}: Service, signal: AbortSignal): Promise<Answer> {
	const path = `${containerFolder(machine.dirs.state, name)}/health`;
	const output = openSync(path, 'w', 0o600);
	const nothing = openSync('/dev/null', 'r');
	try {
		const {exitCode} = await execIn(machine, name, {
			args: healthcheck?.test ?? [],
			env: [],
			tty: false,
			stdio: {stdin: nothing, stdout: output, stderr: output},
			signal: new AbortController().signal,
			force: signal,
		});
		return {ok: exitCode === 0, output: readFileSync(path).subarray(-keptBytes).toString('utf8')};
	} finally {
		closeSync(output);
		closeSync(nothing);
		unlinkSync(path);
	}
}
