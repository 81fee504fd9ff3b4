/* What is seen of a container from outside, beside what it uses: types alone. */

/** A check of the plan that the kernel does not agree with any more. */
export interface Difference {
	readonly stepId: string;
	readonly title: string;
	/** What is different, in words: `/sys/fs/.../memory.max reads 5 and not 10`. */
	readonly problem: string;
}

/** What a container is like beside its plan. */
export interface Drift {
	readonly differences: readonly Difference[];
	/** How many checks were made, those that agreed too. */
	readonly checked: number;
	/** Checks that can't be made from outside, in words. */
	readonly unchecked: readonly string[];
}

/** A mount of a container, in the order of mountinfo. */
export interface ContainerMount {
	readonly target: string;
	readonly type: string;
	readonly source: string;
	readonly options: readonly string[];
	/** The step of the plan that made it; undefined for one that no step did. */
	readonly step?: {readonly id: string; readonly title: string};
}

/** An interface of a container's network namespace. */
export interface ContainerInterface {
	readonly name: string;
	/** With prefix lengths: `127.0.0.1/8`, `::1/128`. */
	readonly addresses: readonly string[];
	readonly rxBytes: number;
	readonly txBytes: number;
	readonly rxPackets: number;
	readonly txPackets: number;
}

/** The network of a container as the kernel shows it. */
export interface ContainerNetwork {
	/** Its own, or the host's. */
	readonly kind: 'own' | 'host';
	readonly interfaces: readonly ContainerInterface[];
	/** `default via 10.0.0.1 dev eth0`. */
	readonly routes: readonly string[];
	/** Sockets that listen: `tcp 0.0.0.0:80`, and who holds them. */
	readonly listening: readonly {
		readonly protocol: string;
		readonly address: string;
		readonly port: number;
		readonly program: string;
	}[];
	/** What its spec asks to be published: `8080:80/tcp`. */
	readonly published: readonly string[];
}

/** A value of a container's configuration, and where it came from. */
export interface ConfigEntry {
	/** Dotted: `environment.LANG`, `mem_limit`. */
	readonly key: string;
	readonly value: string;
	/** `shop.yaml:4:12`, `default`, `--memory`; empty where it is not known. */
	readonly origin: string;
}
