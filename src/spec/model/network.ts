import type {OtherContainer} from './namespace-mode.ts';

/** A range of addresses of a network, as `ipam` writes it. */
export interface Subnet {
	/** CIDR, IPv4 or IPv6: `10.5.0.0/24`, `fd00:5::/64`. */
	readonly subnet: string;
	/** The bridge's own address. */
	readonly gateway?: string;
	/** CIDR within `subnet`, from which containers without an address of their own get one. */
	readonly ipRange?: string;
	/** Addresses that no container gets, by the names of what has them. */
	readonly auxAddresses: Readonly<Record<string, string>>;
}

/** What connects the containers of a network. */
export type NetworkDriver = 'bridge' | 'macvlan' | 'ipvlan';

/** The device of the host that a network of `macvlan` or `ipvlan` is on; ip-link(8). */
export interface NetworkParent {
	/** `eth0`, or `eth0.50` for the VLAN 50 of eth0. */
	readonly device: string;
	/** Of macvlan `bridge`, `private`, `vepa` or `passthru`, of ipvlan `l2`, `l3` or `l3s`. */
	readonly mode: string;
	/** Of ipvlan `bridge`, `private` or `vepa`; the kernel's default, `bridge`, without one. */
	readonly flag?: string;
}

/** A network, as the top-level `networks` declares it. */
export interface NetworkDeclaration {
	/** The network's key under `networks`. */
	readonly key: string;
	/** `PROJECT_KEY`, or the value of `name`. */
	readonly name: string;
	/** The project that owns the network; null for an external one. */
	readonly project: string | null;
	readonly driver: NetworkDriver;
	/** For every driver but `bridge`. */
	readonly parent?: NetworkParent;
	/** No way out of the network. */
	readonly internal: boolean;
	/** Accepted for Compose: containers of others may join. */
	readonly attachable: boolean;
	readonly enableIpv4: boolean;
	readonly enableIpv6: boolean;
	/** Empty: a subnet is picked when the network is made. */
	readonly subnets: readonly Subnet[];
	/** The name of the bridge, at most 15 bytes. */
	readonly bridge?: string;
	/** Bytes. */
	readonly mtu?: number;
	readonly labels: Readonly<Record<string, string>>;
}

/** How a container is on a network (`networks` of a service). */
export interface NetworkJoin {
	readonly network: NetworkDeclaration;
	/** More names by which others on the network find the container. */
	readonly aliases: readonly string[];
	readonly ipv4Address?: string;
	readonly ipv6Address?: string;
	/** Six bytes in lower-case hex: `02:42:ac:11:65:43`. */
	readonly macAddress?: string;
	/** Networks with a higher one are joined first. */
	readonly priority: number;
	/** The network with the highest one has the default route. */
	readonly gwPriority: number;
	/** The name of the interface in the container, at most 15 bytes. */
	readonly interfaceName?: string;
	readonly linkLocalIps: readonly string[];
	/** Kernel parameters of the interface, whose name is `IFNAME` in theirs: `net.ipv4.conf.IFNAME.log_martians`. */
	readonly sysctls: Readonly<Record<string, string>>;
}

/** `network_mode`: only loopback, the host's network, the network `bridge`, or the network of another container. */
export type NetworkMode = 'none' | 'host' | 'bridge' | OtherContainer;

/** A name of /etc/hosts and its address (`extra_hosts`). */
export interface ExtraHost {
	readonly name: string;
	/** An IPv4 or IPv6 address, or `host-gateway`. */
	readonly address: string;
}
