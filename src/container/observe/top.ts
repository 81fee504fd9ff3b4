import type {ProcessFacts} from '../../kernel/process-fields.ts';
import type {Machine} from '../machine/machine.ts';
import {containerProcesses} from '../../kernel/processes.ts';
import {runningContainer} from '../machine/running-container.ts';

/** A process of a container, from outside: numbers on the host and inside, uid, CPU time, memory, state, command. */
export type ContainerProcess = ProcessFacts;

/**
 * The processes of a container that runs, by number. In a container without cgroups, such as an ordinary user's where none
 * was delegated, what `exec` started is not among them.
 *
 * @throws TsboxError E_NO_SUCH_CONTAINER, E_STATE, E_PERMISSION.
 */
export async function top(machine: Machine, name: string): Promise<readonly ContainerProcess[]> {
	const record = runningContainer(machine, name);
	return containerProcesses(machine.host, record.cgroups, record.process.pid);
}
