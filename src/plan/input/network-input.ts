import type {Egress} from '../../network/egress.ts';
import type {NetworkRecord} from '../../state/network.ts';

/** An address of a container on a network. */
export interface AddressInput {
	readonly family: 4 | 6;
	/** CIDR. */
	readonly subnet: string;
	/** Length of the subnet's prefix. */
	readonly prefix: number;
	readonly gateway: string;
	readonly address: string;
	/** Path of the lease, and its text without the last line end. */
	readonly lease: string;
	readonly leaseText: string;
	/** What is outside is reached by this network, with addresses of this family. */
	readonly isDefault: boolean;
}

/** A network that a container joins, as the plan needs it. */
export interface NetworkInput {
	readonly record: NetworkRecord;
	/** The text of `network.json`. */
	readonly recordText: string;
	/** One for each family of the network, that of IPv4 first. */
	readonly addresses: readonly [AddressInput, ...AddressInput[]];
	readonly mac: string;
	/** Network device in the container: `eth0`. */
	readonly inside: string;
	/** The other end of the pair, on the host. A device of macvlan or ipvlan has this name for a moment. */
	readonly hostEnd: string;
	readonly linkLocalIps: readonly string[];
	/** Kernel parameters of the device, with `IFNAME` in place of its name. */
	readonly sysctls: Readonly<Record<string, string>>;
}

/** All that a container needs for its networks. */
export interface NetworksInput {
	/** The name of the container. */
	readonly container: string;
	readonly joins: readonly NetworkInput[];
	readonly ports: readonly PublishedPort[];
	/** The port of the host for each port of the spec; none where nothing is published. */
	readonly published: readonly number[];
	/** The container's state folder. */
	readonly conf: string;
	readonly state: string;
	/** The folder of all networks that are up. */
	readonly folder: string;
	readonly lock: string;
	/** What it reaches outside of its networks; everything without it. */
	readonly egress?: Egress;
	/** Its own lines of /etc/hosts. */
	readonly hosts: readonly string[];
	/** Lines of /etc/resolv.conf. */
	readonly resolv: readonly string[];
	/** Where an ordinary user's networks are; null for root, whose networks are on the host. */
	readonly own: OwnNamespace | null;
}

/** The network namespace in which all networks of an ordinary user are. */
export interface OwnNamespace {
	/** The file that names the process which holds it. */
	readonly file: string;
	/** Arguments of unshare(1) for its user namespace. */
	readonly users: readonly string[];
	/** The program that connects it to the host. */
	readonly outside: 'pasta' | 'slirp4netns';
	/** The numbers of the system calls that the program for published ports makes. */
	readonly calls: {readonly setns: number; readonly capset: number};
}

/** A port of the host that leads into a container. */
export interface PublishedPort {
	/** At all addresses of the host without one, of the family of `address`. */
	readonly hostIp?: string;
	readonly published: number;
	readonly protocol: string;
	/** Where it leads: an address and a port of the container. */
	readonly address: string;
	readonly target: number;
}
