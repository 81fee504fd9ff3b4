import {kernelText} from '../../host/files/kernel-text.ts';
import {type ListeningSocket, listeningSockets} from '../../kernel/listening.ts';
import {ipv4Addresses, ipv4Routes, ipv6Addresses, ipv6Routes, type Route} from '../../kernel/network-fields.ts';
import {contains, parseAddress, parseCidr} from '../../network/address.ts';
import type {Egress} from '../../network/egress.ts';
import type {PublishedPort} from '../../plan/input/network-input.ts';
import {shownName} from '../../state/alias.ts';
import {allNetworks, type Attachment, leasesOf, type NetworkRecord} from '../../state/network.ts';
import {hostsFile} from '../../state/network-names.ts';
import {containerFolder} from '../../state/record.ts';
import {allRecords} from '../machine/find-container.ts';
import type {Machine} from '../machine/machine.ts';
import {type RunningRecord, runs} from '../machine/running-container.ts';
import {liveLeases} from './network-users.ts';
import {publishedPorts} from './published-ports.ts';

/** A running container as a test of networks looks at it. */
export interface Tested {
	/** Its name now, and its first one. */
	readonly name: string;
	readonly id: string;
	readonly pid: number;
	readonly leases: readonly {readonly network: NetworkRecord; readonly lease: Attachment}[];
	readonly routes: readonly Route[];
	/** The addresses that its interfaces have. */
	readonly addresses: readonly string[];
	/** Its TCP and UDP sockets that wait for others. */
	readonly listening: readonly ListeningSocket[];
	/** What it reaches outside of its networks; everything without it. */
	readonly egress?: Egress;
	/** The text of its /etc/hosts and /etc/resolv.conf. */
	readonly hosts: string;
	readonly resolv: string;
}

/** What is known of all networks of this host. */
export interface Surroundings {
	readonly networks: readonly NetworkRecord[];
	readonly ports: readonly PublishedPort[];
	/** The addresses of this host. */
	readonly hostAddresses: readonly string[];
	/** The running container that has an address. */
	readonly owner: (address: string) => Tested | undefined;
	/** The network whose subnet an address is in. */
	readonly networkOf: (address: string) => NetworkRecord | undefined;
}

/** Most bytes that are read of a file of names; hosts of ten thousand containers need a part of it. */
const mostBytes = 1024 * 1024;

/** Reads what the kernel and the leases say of a container. Its files are those that tsbox wrote: no link of an image is followed. */
export function testedOf({host, dirs}: Machine, {name: id, egress, process: {pid}}: RunningRecord): Tested {
	const text = (file: string): string => kernelText(host, `/proc/${pid}/net/${file}`) ?? '';
	const folder = containerFolder(dirs.state, id);
	// The container can write these files, and make them as large as it likes.
	const beginning = (file: string): string => host.readBytes(`${folder}/${file}`, 0, mostBytes)?.toString() ?? '';
	const routes = [...ipv4Routes(text('route')), ...ipv6Routes(text('ipv6_route'))];
	return {
		name: shownName(host, dirs.state, id),
		id,
		pid,
		leases: leasesOf(host, dirs.state, id),
		routes,
		addresses: addressesIn(text('fib_trie'), text('if_inet6')),
		listening: (['tcp', 'udp'] as const).flatMap(protocol =>
			['', '6'].flatMap(family => listeningSockets(text(`${protocol}${family}`), protocol)),
		),
		...(egress === undefined ? {} : {egress}),
		hosts: beginning(hostsFile),
		resolv: beginning('resolv.conf'),
	};
}

/** Reads what all tests need to know of this host. */
export async function surroundings(machine: Machine): Promise<Surroundings> {
	const {host, dirs} = machine;
	const networks = allNetworks(host, dirs.state);
	const running = new Map(
		allRecords(machine)
			.filter(record => runs(machine, record))
			.map(record => [record.name, record]),
	);
	const owners = new Map(
		networks.flatMap(({name}) =>
			liveLeases(machine, name).flatMap(({addresses, container}) =>
				addresses.map(address => [address, container] as const),
			),
		),
	);
	return {
		networks,
		ports: await publishedPorts(machine),
		hostAddresses: addressesIn(
			kernelText(host, '/proc/self/net/fib_trie') ?? '',
			kernelText(host, '/proc/self/net/if_inet6') ?? '',
		),
		owner: address => {
			const record = running.get(owners.get(address) ?? '');
			return record === undefined ? undefined : testedOf(machine, record);
		},
		networkOf: address => networks.find(({subnets}) => subnets.some(({subnet}) => isIn(address, subnet))),
	};
}

function addressesIn(trie: string, inet6: string): readonly string[] {
	const six = ipv6Addresses(inet6).map(({address}) => address.replace(/\/.*/, ''));
	return [...ipv4Addresses(trie, []).map(({address}) => address), ...six];
}

/** Whether an address is in a block. */
function isIn(address: string, cidr: string): boolean {
	const [block, parsed] = [parseCidr(cidr), parseAddress(address)];
	return block !== undefined && parsed !== undefined && contains(block, parsed);
}

/** The route that a connection to an address takes: that of the longest prefix. */
export function routeTo(address: string, routes: readonly Route[]): Route | undefined {
	const [best] = routes
		.filter(({network, prefix}) => isIn(address, `${network}/${prefix}`))
		.toSorted((one, other) => other.prefix - one.prefix);
	return best;
}
