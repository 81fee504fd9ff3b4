import type {Machine, MachineFolders} from '../machine/machine.ts';
import {kernelText} from '../../host/files/kernel-text.ts';
import {socketsHeldBy} from '../../kernel/listening.ts';
import {
	interfaceCounts,
	ipv4Addresses,
	ipv4Routes,
	routeWords,
	ipv6Addresses,
	ipv6Routes,
} from '../../kernel/network-fields.ts';
import {containerProcesses} from '../../kernel/processes.ts';
import type {ContainerInterface, ContainerNetwork} from '../machine/observed.ts';
import type {Port} from '../../spec/model/project.ts';
import {portWords} from '../../spec/values/port-words.ts';
import {urlHost} from '../../network/address.ts';
import {leasesOf} from '../../state/network.ts';
import {publishedAt} from './ports.ts';
import {runningContainer} from '../machine/running-container.ts';

/**
 * The network of a running container from /proc/PID/net, without running a program. Routes tell which interface an IPv4 address
 * belongs to. An address without a route has no prefix length, and belongs to the only interface besides lo, if there is one.
 *
 * @throws TsboxError E_NO_SUCH_CONTAINER, E_STATE, E_PERMISSION.
 */
export function containerNetwork(machine: Machine, name: string): ContainerNetwork {
	const {host} = machine;
	const record = runningContainer(machine, name);
	const {pid} = record.process;
	const text = (file: string): string => kernelText(host, `/proc/${pid}/net/${file}`) ?? '';
	const routes = ipv4Routes(text('route'));
	const processes = containerProcesses(host, record.cgroups, pid);
	const {sockets} = socketsHeldBy(
		host,
		pid,
		processes.map(process => process.pid),
	);
	const programs = new Map(processes.map(process => [process.pid, process.name]));
	const leases = leasesOf(host, machine.dirs.state, record.name);
	const networks = joinedNetworks(machine, record.name);
	const isPublished = networks.some(({internal}) => !internal);
	return {
		kind: record.namespaces.includes('network') ? 'own' : 'host',
		interfaces: interfacesOf({dev: text('dev'), trie: text('fib_trie'), inet6: text('if_inet6')}, routes),
		routes: routeWords([...routes, ...ipv6Routes(text('ipv6_route'))]),
		listening: sockets.map(socket => ({
			protocol: socket.protocol,
			address: socket.address,
			port: socket.port,
			program: programs.get(socket.pid) ?? '',
		})),
		networks,
		...(record.egress === undefined ? {} : {egress: record.egress.entries}),
		ports: (record.ports ?? []).flatMap(port => (isPublished ? publishedWords(port, leases) : portWords(port))),
		isPublished,
	};
}

/** The networks that a container is on now, by its first name. */
export function joinedNetworks({host, dirs}: MachineFolders, id: string): ContainerNetwork['networks'] {
	return leasesOf(host, dirs.state, id).map(({network, lease}) => ({
		name: network.name,
		addresses: lease.addresses,
		interface: lease.interface,
		names: lease.names,
		internal: network.internal,
	}));
}

/** A published port as `tsbox port` and `tsbox network graph` write it. */
function publishedWords(
	{hostIp, published, target, protocol}: Port,
	leases: Parameters<typeof publishedAt>[1],
): readonly string[] {
	return publishedAt(hostIp, leases).map(address => `${urlHost(address)}:${published ?? '?'} -> ${target}/${protocol}`);
}

function interfacesOf(
	{dev, trie, inet6}: {readonly dev: string; readonly trie: string; readonly inet6: string},
	routes: ReturnType<typeof ipv4Routes>,
): readonly ContainerInterface[] {
	const counts = interfaceCounts(dev);
	const others = counts.filter(({name}) => name !== 'lo');
	const only = others.length === 1 ? others[0]?.name : undefined;
	const ipv4 = ipv4Addresses(trie, routes).map(({address, prefix, interface: name = only}) => ({
		interface: name,
		address: prefix === undefined ? address : `${address}/${prefix}`,
	}));
	const all = [...ipv4, ...ipv6Addresses(inet6)];
	return counts.map(each => ({
		...each,
		addresses: all.filter(one => one.interface === each.name).map(({address}) => address),
	}));
}
