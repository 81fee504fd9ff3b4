import {isIP} from 'node:net';
import type {Machine} from '../machine/machine.ts';
import {socketsHeldBy} from '../../kernel/listening.ts';
import {containerProcesses} from '../../kernel/processes.ts';
import type {Port} from '../../spec/model/project.ts';
import {leasesOf} from '../../state/network.ts';
import {runningContainer} from '../machine/running-container.ts';

/** The ports of a container that are reachable from outside. */
export interface ContainerPorts {
	/** Whether the container uses the network of the host. */
	readonly hostNetwork: boolean;
	/** Whether it is on networks, so that its `ports` are published. */
	readonly isPublished: boolean;
	/** Open ports with their addresses on the host. */
	readonly open: readonly {
		readonly port: number;
		readonly protocol: 'tcp' | 'udp';
		readonly address: string;
		readonly hostPort: number;
	}[];
	/** The ports in `ports` of its spec that are not published. */
	readonly asked: readonly Port[];
	/** Some processes could not be inspected, so `open` may lack their ports. */
	readonly unread: boolean;
}

/** The addresses of the host at which a port is published; without one in the spec, all of each family that the container has on networks with a way out. */
export function publishedAt(hostIp: string | undefined, leases: ReturnType<typeof leasesOf>): readonly string[] {
	if (hostIp !== undefined) return [hostIp];
	const own = leases.flatMap(({network, lease}) => (network.internal ? [] : lease.addresses));
	return [
		...(own.some(address => isIP(address) === 4) ? ['0.0.0.0'] : []),
		...(own.some(address => isIP(address) === 6) ? ['::'] : []),
	];
}

/**
 * The ports at which a running container is reachable, from the kernel and not from its spec. With the host's network these are
 * the ports on which its processes listen; on networks of tsbox those that are published.
 *
 * @throws TsboxError E_NO_SUCH_CONTAINER, E_STATE, E_PERMISSION.
 */
export async function ports(machine: Machine, name: string): Promise<ContainerPorts> {
	const {host} = machine;
	const record = runningContainer(machine, name);
	const asked = record.ports ?? [];
	const hostNetwork = !record.namespaces.includes('network');
	if (!hostNetwork) {
		const leases = leasesOf(host, machine.dirs.state, record.name);
		const isPublished = leases.length > 0;
		const open = asked.flatMap(({target, protocol, published, hostIp}) =>
			published === undefined || protocol === 'sctp'
				? []
				: publishedAt(hostIp, leases).map(address => ({port: target, protocol, address, hostPort: published})),
		);
		return isPublished
			? {hostNetwork, isPublished, open, asked: [], unread: false}
			: {hostNetwork, isPublished, open: [], asked, unread: false};
	}
	const pids = containerProcesses(host, record.cgroups, record.process.pid).map(({pid}) => pid);
	const {sockets, unread} = socketsHeldBy(host, record.process.pid, pids);
	const open = sockets.map(({port, protocol, address}) => ({port, protocol, address, hostPort: port}));
	return {hostNetwork, isPublished: false, open, asked, unread};
}
