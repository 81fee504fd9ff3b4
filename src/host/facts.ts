import type {NamespaceKind} from '../spec/model/project.ts';

/** The programs that tsbox may run; `tsbox doctor` shows their purposes. */
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
	'ip',
] as const;
/** One of {@link toolNames}. */
export type ToolName = (typeof toolNames)[number];

/** The folders with tools. The caller's PATH must not control what root runs, and /usr/local is not the distribution's. */
export const toolFolders = ['/usr/sbin', '/usr/bin', '/sbin', '/bin'] as const;

/** One program of the host. */
export interface ToolFacts {
	/** Its real path, without symlinks. */
	readonly path: string;
	/** Its name inside a multi-call program (BusyBox, uutils), passed as the first argument; null for a separate program. */
	readonly applet: string | null;
	/** Its ELF interpreter's real path; null when it is linked statically. */
	readonly loader: string | null;
	/** The real folders of its shared libraries, for the loader's --library-path. */
	readonly libraryPath: readonly string[];
	/** The long options that its help text lists, without dashes, sorted. */
	readonly flags: readonly string[];
	/** Its implementation as the program names it: `util-linux 2.38.1`, `GNU coreutils 9.1`, `BusyBox`. For display, never for decisions. */
	readonly version: string;
}

/** The toolbox: a folder with copies of host programs, mounted read-only in the container during setup. */
export type ToolboxFacts =
	/**
	 * The programs and libraries to copy into one folder, at the same paths below it: host/programs/sealed-tools.ts. `id` changes
	 * when any of the files changes.
	 */
	| {readonly kind: 'copy'; readonly files: readonly string[]; readonly id: string}
	| {readonly kind: 'none'; readonly why: string};

/** The package managers that tsbox knows. */
export const packageManagers = ['apt-get', 'dnf', 'zypper', 'apk', 'pacman'] as const;
/** One of {@link packageManagers}. */
export type PackageManager = (typeof packageManagers)[number];

/** Every fact about the machine that a plan may depend on. Saved as JSON, they allow plans for another host. */
export interface HostFacts {
	readonly schema: 1;
	readonly kernel: {readonly release: string; readonly arch: string};
	/** PRETTY_NAME of os-release(5). */
	readonly os: string;
	/** For install commands in hints. */
	readonly packageManager: PackageManager | null;
	readonly user: {readonly uid: number; readonly gid: number; readonly capabilities: readonly string[]};
	readonly tools: Readonly<Record<ToolName, ToolFacts | null>>;
	readonly toolbox: ToolboxFacts;
	readonly cgroup: CgroupFacts;
	/** The namespaces that the kernel supports (/proc/self/ns). */
	readonly namespaces: readonly NamespaceKind[];
	readonly userNamespace: {
		/** user.max_user_namespaces. */
		readonly max: number;
		/** kernel.unprivileged_userns_clone (Debian); true when the sysctl does not exist. */
		readonly unprivileged: boolean;
		/** kernel.apparmor_restrict_unprivileged_userns (Ubuntu). */
		readonly apparmorRestricted: boolean;
		/** Login names whose subordinate ids overlap the caller's first range, or whose own uid lies in it. */
		readonly sharers: readonly string[];
		/** The caller's ranges in /etc/subuid and /etc/subgid. */
		readonly subuids: readonly IdRange[];
		readonly subgids: readonly IdRange[];
	};
	readonly overlay: {
		/** A trial mount of an overlay with its writable layer in the store succeeded. */
		readonly store: boolean;
		/** The same with the writable layer on a tmpfs. */
		readonly tmpfs: boolean;
		/** The same as `store`, with the host's root as the lower layer, which contains the writable layer itself. */
		readonly hostLower: boolean;
		/** The same as `store`, with an id-mapped lower layer: needs `X-mount.idmap` of mount(8) and support by the filesystem. */
		readonly idmapped: boolean;
		/** The kernel's message when a trial failed. */
		readonly why: string | null;
	};
	readonly seccomp: {readonly kernel: boolean; readonly loader: 'setpriv' | 'perl' | null};
	/** Names in /sys/kernel/security/lsm; empty when it is not readable. */
	readonly lsm: readonly string[];
	/** The paths that the default profile hides from containers (/proc/kcore, /sys/firmware, ...) and that this kernel has. */
	readonly kernelPaths: Readonly<Record<string, 'file' | 'folder'>>;
	/** The OCI default devices that exist: `/dev/null`, ... */
	readonly devices: readonly string[];
	/** The paths among /dev/fd, stdin, stdout, and stderr that are the usual links into /proc/self/fd. */
	readonly deviceLinks: readonly string[];
	/** All capabilities of the kernel, as `CAP_CHOWN`, by number. */
	readonly capabilities: readonly string[];
	/** The caller's hard limits by name, such as `nofile`; -1: unlimited. */
	readonly rlimits: Readonly<Record<string, number>>;
	readonly cpus: number;
	/** Memory, bytes; undefined in facts that an older tsbox saved. */
	readonly memory?: number;
}

/** A range of subordinate ids, subuid(5). */
export interface IdRange {
	readonly start: number;
	readonly count: number;
}

/** How control groups are mounted and what they can limit; cgroups(7). */
export interface CgroupFacts {
	readonly layout: 'v2' | 'hybrid' | 'v1' | 'none';
	/** v1: the mount point of each controller: `memory`, `cpu`, `pids`, `name=systemd`. */
	readonly v1: Readonly<Record<string, string>>;
	/** The mount point of the cgroup2 hierarchy; null when not mounted. */
	readonly unified: string | null;
	/** Controllers of the unified hierarchy (cgroup.controllers of its root). */
	readonly unifiedControllers: readonly string[];
	/** Controllers enabled for children (cgroup.subtree_control of the root). */
	readonly unifiedEnabled: readonly string[];
	/** memory.memsw.* (v1) or memory.swap.max (v2) exists. */
	readonly swapAccounting: boolean;
	/** The file for an I/O weight: `io.weight`, `io.bfq.weight`, `blkio.weight`, or `blkio.bfq.weight`; null without. */
	readonly ioWeightFile: string | null;
	/** v1: cpu.rt_runtime_us of the root, microseconds of each second; null where the kernel has no such budgets for groups. */
	readonly realtime: number | null;
	/** cgroup.kill exists (Linux 5.14). */
	readonly killFile: boolean;
	/** The caller can write to the hierarchies. */
	readonly writable: boolean;
	/** The cgroup2 path of the nearest ancestor that systemd delegated to the caller; null without. */
	readonly delegated: string | null;
}
