import type {ProcessFacts} from '../../kernel/process-fields.ts';
import type {Machine} from '../machine/machine.ts';
import {containerProcesses} from '../../kernel/processes.ts';
import {runningContainer} from '../machine/running-container.ts';

/** A process of a container, with its pids on the host and inside, uid, CPU time, memory, state, and command. */
export type ContainerProcess = ProcessFacts;

/**
 * The processes of a running container by pid. Without cgroups, as for an unprivileged user without delegation, processes
 * started by `exec` are missing.
 *
 * @throws TsboxError E_NO_SUCH_CONTAINER, E_STATE, E_PERMISSION.
 */
export async function top(machine: Machine, name: string): Promise<readonly ContainerProcess[]> {
	const record = runningContainer(machine, name);
	return containerProcesses(machine.host, record.cgroups, record.process.pid);
}
