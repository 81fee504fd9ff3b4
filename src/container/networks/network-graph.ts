import type {MachineFolders} from '../machine/machine.ts';
import {listNetworks, type NetworkMember, type NetworkSummary, membersOf, noNetwork} from './list-networks.ts';
import {publishedPorts} from './published-ports.ts';

/** A port of the host that leads into a container. */
export interface GraphPort {
	/** The address of the host; `0.0.0.0` or `::` for all. */
	readonly hostIp: string;
	readonly published: number;
	readonly target: number;
	readonly protocol: string;
}

/** A container on a network, and how it is reached. */
export interface GraphMember extends NetworkMember {
	/** The ports that lead to its address on this network. */
	readonly ports: readonly GraphPort[];
	/** The other networks that it is on. */
	readonly alsoOn: readonly string[];
}

/** A network with those who are on it. */
export type GraphNetwork = Omit<NetworkSummary, 'containers'> & {readonly containers: readonly GraphMember[]};

/**
 * Who is on which network, and which ports of the host lead where: from the leases and the rules of the kernel.
 *
 * @param name - only this network
 * @throws TsboxError E_NETWORK_NOT_FOUND.
 */
export async function networkGraph(machine: MachineFolders, name?: string): Promise<readonly GraphNetwork[]> {
	const all = (await listNetworks(machine)).map(network => ({
		...network,
		containers: membersOf(machine, network.name),
	}));
	const names = all.map(network => network.name);
	if (name !== undefined && !names.includes(name)) throw noNetwork(name, names);
	const ports = all.some(({containers}) => containers.length > 0) ? await publishedPorts(machine) : [];
	return all
		.filter(network => name === undefined || network.name === name)
		.map(network => ({
			...network,
			containers: network.containers.map(member => ({
				...member,
				ports: ports
					.filter(({address}) => member.addresses.includes(address))
					.map(({hostIp, published, target, protocol, address}) => ({
						hostIp: hostIp ?? (address.includes(':') ? '::' : '0.0.0.0'),
						published,
						target,
						protocol,
					})),
				alsoOn: all
					.filter(other => other !== network && other.containers.some(each => each.name === member.name))
					.map(other => other.name),
			})),
		}));
}
