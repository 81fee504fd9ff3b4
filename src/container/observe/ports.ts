import type {Machine} from '../machine/machine.ts';
import {socketsHeldBy} from '../../kernel/listening.ts';
import {containerProcesses} from '../../kernel/processes.ts';
import type {Port} from '../../spec/model/project.ts';
import {runningContainer} from '../machine/running-container.ts';

/** What can be reached of a container from outside. */
export interface ContainerPorts {
	/** Whether it has the network of the host. */
	readonly hostNetwork: boolean;
	/** Where each port that is open can be reached, by port and protocol. */
	readonly open: readonly {
		readonly port: number;
		readonly protocol: 'tcp' | 'udp';
		readonly address: string;
		readonly hostPort: number;
	}[];
	/** What `ports` of its spec asks for: nothing publishes it. */
	readonly asked: readonly Port[];
	/** There are processes that the caller may not look into: `open` may lack theirs. */
	readonly unread: boolean;
}

/**
 * The ports at which a running container can be reached, from the kernel and not from its spec: with the network of the host
 * those that its processes listen at. A network of its own has lo alone, and nothing of it is published.
 *
 * @throws TsboxError E_NO_SUCH_CONTAINER, E_STATE, E_PERMISSION.
 */
export async function ports(machine: Machine, name: string): Promise<ContainerPorts> {
	const {host} = machine;
	const record = runningContainer(machine, name);
	const asked = record.ports ?? [];
	const hostNetwork = !record.namespaces.includes('network');
	if (!hostNetwork) return {hostNetwork, open: [], asked, unread: false};
	const pids = containerProcesses(host, record.cgroups, record.process.pid).map(({pid}) => pid);
	const {sockets, unread} = socketsHeldBy(host, record.process.pid, pids);
	const open = sockets.map(({port, protocol, address}) => ({port, protocol, address, hostPort: port}));
	return {hostNetwork, open, asked, unread};
}
