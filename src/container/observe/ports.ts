import type {Machine} from '../machine/machine.ts';
import {socketsHeldBy} from '../../kernel/listening.ts';
import {containerProcesses} from '../../kernel/processes.ts';
import type {Port} from '../../spec/model/project.ts';
import {runningContainer} from '../machine/running-container.ts';

/** The ports of a container that are reachable from outside. */
export interface ContainerPorts {
	/** Whether the container uses the network of the host. */
	readonly hostNetwork: boolean;
	/** Open ports with their addresses on the host. */
	readonly open: readonly {
		readonly port: number;
		readonly protocol: 'tcp' | 'udp';
		readonly address: string;
		readonly hostPort: number;
	}[];
	/** The ports in `ports` of its spec, which tsbox does not publish. */
	readonly asked: readonly Port[];
	/** Some processes could not be inspected, so `open` may lack their ports. */
	readonly unread: boolean;
}

/**
 * The ports at which a running container is reachable, from the kernel and not from its spec. With the host's network these are
 * the ports on which its processes listen. A network of its own has only lo and publishes nothing.
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
