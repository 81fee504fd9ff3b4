import type {RestartPolicy} from './restart.ts';

/** The kinds of namespace that a container can have to itself; the names are the OCI runtime-spec's. */
export const namespaceKinds = ['mount', 'pid', 'uts', 'ipc', 'network', 'cgroup', 'time', 'user'] as const;
/** Compose's `userns_mode`, in the words of docker-run(1) and podman-run(1) that mean something here. */
export const usernsModes = ['auto', 'host'] as const;
/** One of {@link usernsModes}. */
export type UsernsMode = (typeof usernsModes)[number];

/** One of {@link namespaceKinds}. */
export type NamespaceKind = (typeof namespaceKinds)[number];

/** Where a value of the spec came from. */
export type Origin =
	| {
			readonly kind: 'file';
			readonly file: string;
			readonly line: number;
			readonly column: number;
			readonly variables?: readonly VariableUse[];
	  }
	| {readonly kind: 'env_file'; readonly file: string; readonly line: number}
	| {readonly kind: 'environment'; readonly name: string}
	| {readonly kind: 'option'; readonly option: string}
	/** What `reproducible: true` says where the spec does not. */
	| {readonly kind: 'reproducible'}
	| {readonly kind: 'default'};

/** A `${NAME}` that was filled in, and with what: the caller's environment, a `.env` file or the default written in the spec. */
export interface VariableUse {
	readonly name: string;
	readonly from: 'environment' | '.env' | 'default' | 'unset';
}

/** What the container's root is made of. Paths are absolute. */
export type RootfsSource =
	| {readonly kind: 'archive'; readonly path: string}
	| {readonly kind: 'directory'; readonly path: string}
	/** `show`: paths that are hidden by default and are not to be; absolute. */
	| {readonly kind: 'host'; readonly show?: readonly string[]};

/** A bind mount of a host path (`volumes:`). */
export interface BindVolume {
	readonly type: 'bind';
	/** Absolute host path, resolved against the spec's folder; not yet checked to exist. */
	readonly source: string;
	/** Absolute path in the container, normalised. */
	readonly target: string;
	readonly readOnly: boolean;
	/** Make the source a folder when it does not exist (long form, `bind.create_host_path`). */
	readonly createHostPath: boolean;
	readonly propagation: 'private' | 'rprivate' | 'slave' | 'rslave' | 'shared' | 'rshared';
	/** Take the mounts below the source along (`bind.recursive`). */
	readonly recursive: boolean;
}

/** A tmpfs mount (`tmpfs:`, or `volumes:` with `type: tmpfs`). */
export interface TmpfsVolume {
	readonly type: 'tmpfs';
	readonly target: string;
	/** Bytes. */
	readonly size?: number;
	/** Permission bits. */
	readonly mode?: number;
	readonly readOnly: boolean;
	/** Of `exec`, `noexec`, `suid`, `nosuid`, `dev`, `nodev`, `uid=N`, `gid=N`: a closed list. */
	readonly options: readonly string[];
}

/** A named volume, as `volumes:` beside `services:` declares it. */
export interface NamedVolume {
	/** Its key there. */
	readonly key: string;
	/** What it is called in the store: `PROJECT_KEY`, or its `name`. */
	readonly name: string;
	/** The project of the file; null for one that is external, which belongs to another user. */
	readonly project: string | null;
	readonly labels: Readonly<Record<string, string>>;
	/** Of `verify`, which makes one for a run: its process, whose end is that of the volume too. Never of a spec. */
	readonly owner?: string;
}

/** The mount of a named volume (`volumes:` of a service). */
export interface VolumeMount {
	readonly type: 'volume';
	readonly volume: NamedVolume;
	/** Absolute path in the container, normalised. */
	readonly target: string;
	readonly readOnly: boolean;
	/** Leave it empty, and do not begin with what the image has at the target. */
	readonly nocopy: boolean;
}

/** A port as `ports:` has it, after its short form was taken apart; ranges are expanded. */
export interface Port {
	readonly hostIp?: string;
	readonly published?: number;
	readonly target: number;
	readonly protocol: 'tcp' | 'udp' | 'sctp';
}

/** A resource limit of setrlimit(2); -1 is unlimited. */
export interface Ulimit {
	/** Lower case, without RLIMIT_: `nofile`, `nproc`. */
	readonly name: string;
	readonly soft: number;
	readonly hard: number;
}

/** One entry of `security_opt`, taken apart. */
export type SecurityOption =
	| {readonly kind: 'no-new-privileges'; readonly value: boolean}
	/** `unconfined`, or a file as written. */
	| {readonly kind: 'seccomp'; readonly value: string}
	| {readonly kind: 'apparmor'; readonly value: string}
	/** A whole SELinux context; null for none. */
	| {readonly kind: 'label'; readonly value: string | null}
	| {readonly kind: 'systempaths'};

/** What `security_opt` asks for beside no_new_privs. */
export interface Security {
	readonly seccomp: {readonly kind: 'default' | 'unconfined'} | {readonly kind: 'file'; readonly path: string};
	/** The AppArmor profile to run under. */
	readonly apparmor?: string;
	/** The SELinux context to run in. */
	readonly label?: string;
	/** Nothing of /proc and /sys is hidden or made read-only. */
	readonly systemPathsUnconfined: boolean;
}

/** A device of the host that the container gets (`devices:`). */
export interface Device {
	/** Absolute host path. */
	readonly source: string;
	/** Absolute path below /dev. */
	readonly target: string;
	/** Of `r`, `w`, `m`: read, write, make the node. */
	readonly permissions: string;
}

/** A path that Landlock leaves open, with the rights below it. */
export interface LandlockRule {
	/** Absolute path in the container. */
	readonly path: string;
	/** As setpriv(1) names them: `read-file`, `execute`. */
	readonly access: readonly string[];
}

/** What another service must have come to before this one is started (`depends_on`). */
export interface Dependency {
	readonly service: string;
	readonly condition: 'service_started' | 'service_healthy' | 'service_completed_successfully';
	/** False: it may be absent, and then is not waited for. */
	readonly required: boolean;
	/** This service is started again whenever the other one is by hand. */
	readonly restart: boolean;
}

/** How a container is asked whether it is well (`healthcheck`); durations in ms. */
export interface Healthcheck {
	readonly test: readonly string[];
	readonly intervalMs: number;
	readonly timeoutMs: number;
	/** How long failures do not count after a start. */
	readonly startPeriodMs: number;
	/** How often it is asked in that time. */
	readonly startIntervalMs: number;
	/** Failures in a row that make it unhealthy. */
	readonly retries: number;
}

/** A command that is run in a container right after its start or before its stop (`post_start`, `pre_stop`). */
export interface Hook {
	readonly command: readonly string[];
	/** `user[:group]`, names or numbers, as written; the container's own user without it. */
	readonly user?: string;
	readonly workingDir?: string;
	/** `NAME=value`, added to the container's own environment. */
	readonly environment: readonly string[];
}

/** One container as its spec asks for it: checked, interpolated, in base units, nothing about the machine decided yet. */
export interface Service {
	/** The key under `services:`, or the container's name for a file with one container. */
	readonly service: string;
	/** Which of several containers of the service it is, from 2 on; the first is named as the only one would be. */
	readonly replica?: number;
	/** The container's name: `[a-zA-Z0-9][a-zA-Z0-9_.-]{0,63}`. */
	readonly name: string;
	readonly rootfs: RootfsSource;
	readonly entrypoint: readonly string[];
	readonly command: readonly string[];
	readonly environment: Readonly<Record<string, string>>;
	readonly workingDir?: string;
	/** `user[:group]`, names or numbers, as written. */
	readonly user?: string;
	readonly groupAdd: readonly string[];
	readonly hostname?: string;
	readonly domainname?: string;
	readonly volumes: readonly (BindVolume | TmpfsVolume | VolumeMount)[];
	readonly ports: readonly Port[];
	readonly readOnly: boolean;
	/** Bytes. */
	readonly memLimit?: number;
	/** Bytes of memory and swap together; -1 is unlimited swap. */
	readonly memswapLimit?: number;
	/** Bytes. */
	readonly memReservation?: number;
	/** Bytes of /dev/shm. */
	readonly shmSize?: number;
	readonly cpus?: number;
	/** 2 to 262144, as `cpu_shares` has it. */
	readonly cpuShares?: number;
	/** A list as cpuset(7) writes it: `0-2,4`. */
	readonly cpuset?: string;
	/** -1 is unlimited. */
	readonly pidsLimit?: number;
	/** 10 to 1000 (`blkio_config.weight`). */
	readonly ioWeight?: number;
	readonly ulimits: readonly Ulimit[];
	readonly sysctls: Readonly<Record<string, string>>;
	readonly oomScoreAdj?: number;
	/** `auto`: a user namespace; `host`: none; undefined where the spec says nothing. */
	readonly usernsMode?: UsernsMode;
	/** Which namespaces are new; the rest are the host's. */
	readonly namespaces: readonly NamespaceKind[];
	readonly root: 'pivot' | 'chroot';
	readonly capAdd: readonly string[];
	readonly capDrop: readonly string[];
	readonly noNewPrivileges: boolean;
	readonly security: Security;
	/** All capabilities, no seccomp filter, no hidden paths: no boundary. */
	readonly privileged: boolean;
	readonly devices: readonly Device[];
	/** What Landlock lets the command touch; undefined: no Landlock. */
	readonly landlock?: readonly LandlockRule[];
	readonly init: boolean;
	/** As kill(1) writes it, with SIG: `SIGTERM`. */
	readonly stopSignal: string;
	readonly stopGraceMs: number;
	readonly labels: Readonly<Record<string, string>>;
	readonly tty?: boolean;
	readonly stdinOpen?: boolean;
	/** What becomes of it when its command has ended, while it is detached. */
	readonly restart?: RestartPolicy;
	/** How much output of a detached container is kept: `maxFile` pieces of `maxSize` bytes. */
	readonly logging?: {readonly maxSize: number; readonly maxFile: number};
	readonly dependsOn?: readonly Dependency[];
	/** It is there when one of these is active; always, where it names none. */
	readonly profiles?: readonly string[];
	readonly healthcheck?: Healthcheck;
	readonly postStart?: readonly Hook[];
	readonly preStop?: readonly Hook[];
	/** What must not differ from run to run is fixed: spec/keys/reproducible.ts. */
	readonly reproducible?: boolean;
	/** Keep the writable layer for the next start. */
	readonly keep: boolean;
	/** Keep a record of each run. */
	readonly record?: boolean;
	/** The path below the cgroup mount, without a leading slash, under which the container's cgroup is made: `system.slice/my.service`. */
	readonly cgroupParent?: string;
	/** Origin of each value by its path in the file: `mem_limit`, `environment.PATH`, `volumes.0`. */
	readonly origins: Readonly<Record<string, Origin>>;
}

/** A whole spec file. */
export interface Project {
	readonly name: string;
	/** Absolute path of the spec file. */
	readonly file: string;
	/** All of the file, whatever its profile. */
	readonly services: readonly Service[];
	/** The services whose profile is active; undefined where none was asked for, and then all are meant. */
	readonly active?: readonly string[];
	/** The named volumes that the file declares. */
	readonly volumes?: readonly NamedVolume[];
}
