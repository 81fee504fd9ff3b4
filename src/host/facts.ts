import type {NamespaceKind} from '../spec/model/project.ts';

/** The programs tsbox may run; `doctor` says what each is for. */
export const toolNames = [
	'sh',
	'env',
	'unshare',
	'nsenter',
	'mount',
	'umount',
	'pivot_root',
	'chroot',
	'setpriv',
	'setarch',
	'prlimit',
	'setsid',
	'cp',
	'ln',
	'mkdir',
	'rmdir',
	'rm',
	'cat',
	'head',
	'hostname',
	'tar',
	'gzip',
	'zstd',
	'xz',
	'bzip2',
	'sync',
	'script',
	'stty',
	'flock',
	'fallocate',
	'perl',
	'tini',
	'catatonit',
	'newuidmap',
	'newgidmap',
	'chmod',
	'chown',
] as const;
/** One of {@link toolNames}. */
export type ToolName = (typeof toolNames)[number];

/** One program of the host. */
export interface ToolFacts {
	/** The real path: no component is a symlink. */
	readonly path: string;
	/** Its name inside a multi-call program (BusyBox, uutils), to be given as the first argument; null for a program of its own. */
	readonly applet: string | null;
	/** Its ELF interpreter's real path, or null when it is linked statically. */
	readonly loader: string | null;
	/** The real folders of all its shared libraries, for the loader's --library-path. */
	readonly libraryPath: readonly string[];
	/** The long options its help text names, without dashes, sorted. */
	readonly flags: readonly string[];
	/** The implementation, from its own words: `util-linux 2.38.1`, `GNU coreutils 9.1`, `BusyBox`; for people, never decided on. */
	readonly version: string;
}

/** The host programs that a folder is made of which is bound read-only into the container while it is set up. */
export type ToolboxFacts =
	/**
	 * The programs and libraries that are copied into one folder, at the same paths below it: host/programs/sealed-tools.ts. `id`
	 * changes with any of them.
	 */
	| {readonly kind: 'copy'; readonly files: readonly string[]; readonly id: string}
	| {readonly kind: 'none'; readonly why: string};

/** The package managers that {@link HostFacts} tells apart. */
export const packageManagers = ['apt-get', 'dnf', 'zypper', 'apk', 'pacman'] as const;
/** One of {@link packageManagers}. */
export type PackageManager = (typeof packageManagers)[number];

/** Everything a plan may depend on about the machine. Saved as JSON, it lets a plan for another host be made and tested. */
export interface HostFacts {
	readonly schema: 1;
	readonly kernel: {readonly release: string; readonly arch: string};
	/** PRETTY_NAME of os-release(5). */
	readonly os: string;
	/** The program that installs packages here, for advice. */
	readonly packageManager: PackageManager | null;
	readonly user: {readonly uid: number; readonly gid: number; readonly capabilities: readonly string[]};
	readonly tools: Readonly<Record<ToolName, ToolFacts | null>>;
	readonly toolbox: ToolboxFacts;
	readonly cgroup: CgroupFacts;
	/** The kinds the kernel has (/proc/self/ns). */
	readonly namespaces: readonly NamespaceKind[];
	readonly userNamespace: {
		/** user.max_user_namespaces. */
		readonly max: number;
		/** kernel.unprivileged_userns_clone (Debian), true where the key is not there. */
		readonly unprivileged: boolean;
		/** kernel.apparmor_restrict_unprivileged_userns (Ubuntu). */
		readonly apparmorRestricted: boolean;
		/** Others whose subordinate ids overlap the caller's first range, and accounts whose own id lies in it: login names. */
		readonly sharers: readonly string[];
		/** The caller's ranges in /etc/subuid and /etc/subgid. */
		readonly subuids: readonly IdRange[];
		readonly subgids: readonly IdRange[];
	};
	readonly overlay: {
		/** An overlay with its writable layer in the store was mounted for trial. */
		readonly store: boolean;
		/** The same with the writable layer on a tmpfs. */
		readonly tmpfs: boolean;
		/** The same as `store` with the host's own root as the lower layer, which holds the writable layer itself. */
		readonly hostLower: boolean;
		/** The same as `store`, with its lower layer mounted with other ids: `X-mount.idmap` of mount(8), and a filesystem that can. */
		readonly idmapped: boolean;
		/** What the kernel said where it did not work. */
		readonly why: string | null;
	};
	readonly seccomp: {readonly kernel: boolean; readonly loader: 'setpriv' | 'perl' | null};
	/** Names from /sys/kernel/security/lsm, empty where it can't be read. */
	readonly lsm: readonly string[];
	/** Which of the paths that a container must not touch (/proc/kcore, /sys/firmware, ...) exist, and what they are. */
	readonly kernelPaths: Readonly<Record<string, 'file' | 'folder'>>;
	/** Which of the OCI default devices exist: `/dev/null`, ... */
	readonly devices: readonly string[];
	/** Which of /dev/fd, stdin, stdout, stderr are the usual links into /proc/self/fd. */
	readonly deviceLinks: readonly string[];
	/** The names of all capabilities the kernel knows, with CAP_, in number order. */
	readonly capabilities: readonly string[];
	/** The caller's own hard limits, -1 unlimited, by name: `nofile`. */
	readonly rlimits: Readonly<Record<string, number>>;
	readonly cpus: number;
	/** Its memory, bytes; facts that were saved before this was asked have none. */
	readonly memory?: number;
}

/** Ids that belong to a user beside its own, subuid(5). */
export interface IdRange {
	readonly start: number;
	readonly count: number;
}

/** How control groups are mounted, and what can be limited; cgroups(7). */
export interface CgroupFacts {
	readonly layout: 'v2' | 'hybrid' | 'v1' | 'none';
	/** v1: the mount point of each controller's hierarchy: `memory`, `cpu`, `pids`, `name=systemd`. */
	readonly v1: Readonly<Record<string, string>>;
	/** The mount point of the cgroup2 hierarchy, or null. */
	readonly unified: string | null;
	/** Controllers of the unified hierarchy (cgroup.controllers at its root). */
	readonly unifiedControllers: readonly string[];
	/** Controllers in the root's cgroup.subtree_control. */
	readonly unifiedEnabled: readonly string[];
	/** memory.memsw.* (v1) or memory.swap.max (v2) are there. */
	readonly swapAccounting: boolean;
	/** The file that takes an io weight: `io.weight`, `io.bfq.weight`, `blkio.weight`, `blkio.bfq.weight`, or null. */
	readonly ioWeightFile: string | null;
	/** cgroup.kill is there (Linux 5.14). */
	readonly killFile: boolean;
	/** The hierarchies can be written by the caller. */
	readonly writable: boolean;
	/** cgroup2 path of the nearest ancestor that systemd delegated to the caller (user.delegate xattr), or null. */
	readonly delegated: string | null;
}
