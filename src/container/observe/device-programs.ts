import {callRow} from '../../step/calls/call.ts';
import {enteringProgram} from '../../step/calls/executor.ts';
import type {Step} from '../../step/verbs/step.ts';
import {hostToolWords} from '../../step/verbs/toolbox.ts';
import type {Machine} from '../machine/machine.ts';

/** Time limit in ms. */
const within = 10_000;

/**
 * Asks the kernel again whether the program that says which devices open is attached to a container's cgroup.
 *
 * @returns what the step has told at the start, by the path of its check; empty without such a step, or if the kernel does not answer
 */
export async function readDevicePrograms(
	{host, facts}: Pick<Machine, 'host' | 'facts'>,
	steps: readonly Step[],
): Promise<ReadonlyMap<string, string>> {
	const cgroup = steps.flatMap(({action}) => (action.kind === 'attachDevices' ? [action.cgroup] : []))[0];
	const [sh, perl] = [hostToolWords(facts, 'sh'), hostToolWords(facts, 'perl')];
	if (cgroup === undefined || sh === undefined || perl === undefined) return new Map();
	const call = ['tell_devices', cgroup] as const;
	const program = enteringProgram(facts.kernel.arch, new Set([call[0]]));
	// The program tells what it finds through descriptor 3.
	const argv = [...sh, '-c', 'exec "$@" 3>&1', 'sh', ...perl, '-e', program, callRow(call)];
	const {exitCode, stdout} = await host.run(argv, {timeoutMs: within});
	const found = /^@value (\S+) (\w+)$/m.exec(stdout);
	return new Map(exitCode === 0 && found !== null ? [[found[1] ?? '', found[2] ?? '']] : []);
}
