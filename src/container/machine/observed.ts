/* Types of what can be observed of a container from outside, except resource usage. */

/** A check of the plan that fails by now. */
export interface Difference {
	readonly stepId: string;
	readonly title: string;
	/** The difference in words: `/sys/fs/.../memory.max reads 5 and not 10`. */
	readonly problem: string;
}

/** How a container differs from its plan. */
export interface Drift {
	readonly differences: readonly Difference[];
	/** The number of checks that were made. */
	readonly checked: number;
	/** Checks that are not possible from outside, in words. */
	readonly unchecked: readonly string[];
}

/** A mount of a container; mounts are in the order of mountinfo. */
export interface ContainerMount {
	readonly target: string;
	readonly type: string;
	readonly source: string;
	readonly options: readonly string[];
	/** The step of the plan that made the mount; undefined if no step did. */
	readonly step?: {readonly id: string; readonly title: string};
}

/** An interface of a container's network namespace. */
export interface ContainerInterface {
	readonly name: string;
	/** Addresses with prefix lengths: `127.0.0.1/8`, `::1/128`. */
	readonly addresses: readonly string[];
	readonly rxBytes: number;
	readonly txBytes: number;
	readonly rxPackets: number;
	readonly txPackets: number;
}

/** The network of a container as the kernel shows it. */
export interface ContainerNetwork {
	/** Whether the container has its own network namespace or that of the host. */
	readonly kind: 'own' | 'host';
	readonly interfaces: readonly ContainerInterface[];
	/** Routes as ip(8) writes them: `default via 10.0.0.1 dev eth0`. */
	readonly routes: readonly string[];
	/** Listening sockets and the programs that hold them. */
	readonly listening: readonly {
		readonly protocol: string;
		readonly address: string;
		readonly port: number;
		readonly program: string;
	}[];
	/** The networks of tsbox that it is on. */
	readonly networks: readonly {
		readonly name: string;
		/** That of IPv4 first. */
		readonly addresses: readonly string[];
		/** The name of its interface in the container. */
		readonly interface: string;
		/** The names by which others on the network find it. */
		readonly names: readonly string[];
		/** It has no way out. */
		readonly internal: boolean;
	}[];
	/** What it reaches outside of its networks; everything without it. */
	readonly egress?: readonly string[];
	/** The ports of its spec: `0.0.0.0:8080 -> 80/tcp` where they are published, else as the spec asks for them, `8080:80/tcp`. */
	readonly ports: readonly string[];
	/** Whether they are published. */
	readonly isPublished: boolean;
}

/** A configuration value of a container, and its origin. */
export interface ConfigEntry {
	/** A dotted key: `environment.LANG`, `mem_limit`. */
	readonly key: string;
	readonly value: string;
	/** `shop.yaml:4:12`, `default`, `--memory`; empty when unknown. */
	readonly origin: string;
}
