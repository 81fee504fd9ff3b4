import type {BuildSource} from './build-source.ts';
import type {GivenFile} from './given-file.ts';
import type {IpcMode, OtherContainer, PidMode} from './namespace-mode.ts';
import type {ExtraHost, NetworkDeclaration, NetworkJoin, NetworkMode} from './network.ts';
import type {RestartPolicy} from './restart.ts';
import type {WatchRule} from './watch-rule.ts';

/** The kinds of namespaces that a container can have, with the names of the OCI runtime-spec. */
export const namespaceKinds = ['mount', 'pid', 'uts', 'ipc', 'network', 'cgroup', 'time', 'user'] as const;
/** The values of Compose's `userns_mode` in docker-run(1) and podman-run(1) that tsbox supports. */
export const usernsModes = ['auto', 'host'] as const;
/** One of {@link usernsModes}. */
export type UsernsMode = (typeof usernsModes)[number];

/** One of {@link namespaceKinds}. */
export type NamespaceKind = (typeof namespaceKinds)[number];

/** Where a value of a spec comes from. */
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
	/** The value that `reproducible: true` sets for a key missing in the spec. */
	| {readonly kind: 'reproducible'}
	/** A value of the image's configuration. `key` is the name there: `Cmd`, `Env.PATH`. */
	| {readonly kind: 'image'; readonly reference: string; readonly key: string}
	| {readonly kind: 'default'};

/** A `${NAME}` in a spec, and where its value came from. `default` is the default written in the spec. */
export interface VariableUse {
	readonly name: string;
	readonly from: 'environment' | '.env' | 'default' | 'unset' | 'blank';
}

/** When to ask the registry for an image (`pull_policy`). `everyMs`: if the last pull is longer ago. */
export type PullPolicy = 'always' | 'missing' | 'never' | 'build' | {readonly everyMs: number};

/** The source of the container's root filesystem. Paths are absolute. */
export type RootfsSource =
	| {readonly kind: 'archive'; readonly path: string}
	| {readonly kind: 'directory'; readonly path: string}
	/** `show`: absolute paths to show although they are hidden by default. */
	| {readonly kind: 'host'; readonly show?: readonly string[]}
	/** BusyBox of this machine, or its shell and a few programs. */
	| {readonly kind: 'minimal'}
	| ImageSource;

/** An image of a registry or in a file (`image:`). */
export interface ImageSource {
	readonly kind: 'image';
	/**
	 * The complete reference: `docker.io/library/nginx:1.27`, `ghcr.io/o/r@sha256:...`, `oci:/srv/image:tag`,
	 * `docker-archive:/srv/image.tar`.
	 */
	readonly reference: string;
	readonly pull: PullPolicy;
	/** `os/arch[/variant]`; the machine's own if the spec does not say. */
	readonly platform?: string;
	/** The spec says how the image is made (`build:`), so that a registry need not have it. */
	readonly built?: true;
}

/** A bind mount of a host path (`volumes:`). */
export interface BindVolume {
	readonly type: 'bind';
	/** Absolute host path, resolved against the spec's folder. It may not exist. */
	readonly source: string;
	/** Absolute path in the container, normalized. */
	readonly target: string;
	readonly readOnly: boolean;
	/** Create a missing source as a folder (long form, `bind.create_host_path`). */
	readonly createHostPath: boolean;
	readonly propagation: 'private' | 'rprivate' | 'slave' | 'rslave' | 'shared' | 'rshared';
	/** Include the mounts below the source (`bind.recursive`). */
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
	/** Any of `exec`, `noexec`, `suid`, `nosuid`, `dev`, `nodev`, `uid=N`, `gid=N`. */
	readonly options: readonly string[];
}

/** A file system of a volume, in the words of mount(8). */
export interface VolumeFilesystem {
	readonly type: string;
	readonly device: string;
	readonly options: readonly string[];
}

/** A named volume, as the top-level `volumes` declares it. */
export interface NamedVolume {
	/** The volume's key under `volumes`. */
	readonly key: string;
	/** The volume's name in the store: `PROJECT_KEY`, or the value of `name`. */
	readonly name: string;
	/** The project that owns the volume; null for an external volume. */
	readonly project: string | null;
	readonly labels: Readonly<Record<string, string>>;
	/** The container of an anonymous volume, which its image declares, or a mount without a source. */
	readonly container?: string;
	/** A file system that is mounted while containers use the volume (`driver_opts`). */
	readonly filesystem?: VolumeFilesystem;
	/** The process of `verify` that made the volume for one run. The volume ends with the process. A spec never sets this. */
	readonly owner?: string;
}

/** The mount of a named volume (`volumes:` of a service). */
export interface VolumeMount {
	readonly type: 'volume';
	readonly volume: NamedVolume;
	/** Absolute path in the container, normalized. */
	readonly target: string;
	readonly readOnly: boolean;
	/** Do not fill an empty volume with the image's files at the target. */
	readonly nocopy: boolean;
	/** What of the volume is mounted: a relative path, normalized. */
	readonly subpath?: string;
}

/** The mounts of another container (`volumes_from:`). */
export type VolumesFrom = OtherContainer & {readonly readOnly: boolean};

/** A single port of `ports`. A range yields one entry for each port. */
export interface Port {
	readonly hostIp?: string;
	readonly published?: number;
	/** The ports of the host of which one that is free is taken: the first and the last. Only without `published`. */
	readonly among?: readonly [first: number, last: number];
	readonly target: number;
	readonly protocol: 'tcp' | 'udp' | 'sctp';
}

/** A resource limit of setrlimit(2); -1 is unlimited. */
export interface Ulimit {
	/** In lower case, without RLIMIT_: `nofile`, `nproc`. */
	readonly name: string;
	readonly soft: number;
	readonly hard: number;
}

/** A parsed entry of `security_opt`. */
export type SecurityOption =
	| {readonly kind: 'no-new-privileges'; readonly value: boolean}
	/** `unconfined`, or a path as written. */
	| {readonly kind: 'seccomp'; readonly value: string}
	| {readonly kind: 'apparmor'; readonly value: string}
	/** A complete SELinux context; null for none. */
	| {readonly kind: 'label'; readonly value: string | null}
	| {readonly kind: 'systempaths'}
	| {readonly kind: 'writable-cgroups'; readonly value: boolean};

/** The settings of `security_opt` other than no_new_privs. */
export interface Security {
	readonly seccomp: {readonly kind: 'default' | 'unconfined'} | {readonly kind: 'file'; readonly path: string};
	readonly apparmor?: string;
	/** The SELinux context. */
	readonly label?: string;
	/** Neither hide nor write-protect paths of /proc and /sys. */
	readonly systemPathsUnconfined: boolean;
	/** Root of the container may make cgroups below its own. */
	readonly writableCgroups?: true;
}

/** A host device that the container gets (`devices:`). */
export interface Device {
	/** Absolute host path. */
	readonly source: string;
	/** Absolute path below /dev. */
	readonly target: string;
	/** Any of `r`, `w`, `m`: read, write, mknod. */
	readonly permissions: string;
}

/** Devices by the Container Device Interface: those of these names, or so many of a kind; -1 is all. */
export type CdiRequest =
	| {readonly kind: string; readonly names: readonly string[]}
	| {readonly kind: string; readonly count: number};

/** A path that Landlock leaves accessible, with the rights below it. */
export interface LandlockRule {
	/** Absolute path in the container. */
	readonly path: string;
	/** Rights with the names of setpriv(1): `read-file`, `execute`. */
	readonly access: readonly string[];
}

/** The condition of another service before this one starts (`depends_on`). */
export interface Dependency {
	readonly service: string;
	readonly condition: 'service_started' | 'service_healthy' | 'service_completed_successfully';
	/** If false, the other service may be missing. Then tsbox does not wait for it. */
	readonly required: boolean;
	/** Restart this service whenever the user restarts the other one. */
	readonly restart: boolean;
}

/** How to check a container's health (`healthcheck`). Durations are in ms. */
export interface Healthcheck {
	readonly test: readonly string[];
	/** The text of a test for the shell. `test` has the shell before it: that of the image, or else `/bin/sh -c`. */
	readonly shellText?: string;
	readonly intervalMs: number;
	readonly timeoutMs: number;
	/** How long after a start failures do not count. */
	readonly startPeriodMs: number;
	/** The interval of checks during the start period. */
	readonly startIntervalMs: number;
	/** Consecutive failures that make the container unhealthy. */
	readonly retries: number;
}

/** A command to run in a container right after its start or before its stop (`post_start`, `pre_stop`). */
export interface Hook {
	readonly command: readonly string[];
	/** `user[:group]`, names or numbers, as written; the container's user by default. */
	readonly user?: string;
	readonly workingDir?: string;
	/** `NAME=value`, added to the container's environment. */
	readonly environment: readonly string[];
}

/** How much output of a detached container is kept: `maxFile` files of `maxSize` bytes for each stream. */
export interface Logging {
	readonly maxSize: number;
	readonly maxFile: number;
	/** Nothing is kept. */
	readonly driver?: 'none';
}

/** The kinds of {@link DeviceLimit}, as `blkio_config` has them: `weight_device`, `device_read_bps` and so on. */
export const deviceLimitKinds = ['weight', 'read_bps', 'write_bps', 'read_iops', 'write_iops'] as const;

/** A share or limit of one block device. */
export interface DeviceLimit {
	readonly kind: (typeof deviceLimitKinds)[number];
	/** Absolute path on the host. */
	readonly path: string;
	/** A weight of 10 to 1000, bytes a second, or operations a second. */
	readonly value: number;
}

/** Shares and limits of block devices. */
export interface BlkioLimits {
	/** 10 to 1000. */
	readonly weight?: number;
	readonly devices?: readonly DeviceLimit[];
}

/** A container as its spec describes it: validated, interpolated, and in base units, but independent of the machine. */
export interface Service {
	/** The key under `services:`, or the container's name for a file with one container. */
	readonly service: string;
	/** The number of the container among those of its service, from 2 on; undefined for the first one. */
	readonly replica?: number;
	/** A container of its own beside those of the service (`compose run`); whether others find it by the service's name too. */
	readonly oneOff?: {readonly aliases: boolean};
	/** The container's name: `[a-zA-Z0-9][a-zA-Z0-9_.-]{0,63}`. */
	readonly name: string;
	readonly rootfs: RootfsSource;
	readonly entrypoint: readonly string[];
	readonly command: readonly string[];
	readonly environment: Readonly<Record<string, string>>;
	/** Variables of the image that the container is not to have: names without a value that the caller has none for either. */
	readonly withoutVariables?: readonly string[];
	readonly workingDir?: string;
	/** `user[:group]`, names or numbers, as written. */
	readonly user?: string;
	readonly groupAdd: readonly string[];
	readonly hostname?: string;
	readonly domainname?: string;
	readonly volumes: readonly (BindVolume | TmpfsVolume | VolumeMount)[];
	/** Containers whose volumes and folders of the host it has too, at the same places. */
	readonly volumesFrom?: readonly VolumesFrom[];
	/** Secrets and configs that tsbox writes for the container. */
	readonly given?: readonly GivenFile[];
	readonly ports: readonly Port[];
	/** The networks that the container is on, highest priority first; undefined for none. */
	readonly networks?: readonly NetworkJoin[];
	/** As written; undefined if the spec does not set it. */
	readonly networkMode?: NetworkMode;
	/** What it reaches outside of its networks, as `formatEgress` writes it: everything without the list, nothing when it is empty. */
	readonly egress?: readonly string[];
	readonly extraHosts?: readonly ExtraHost[];
	/** Containers of others, each with the name that this one has for it: `CONTAINER:ALIAS`. */
	readonly externalLinks?: readonly string[];
	/** Addresses of name servers. */
	readonly dns?: readonly string[];
	readonly dnsSearch?: readonly string[];
	/** Options of resolv.conf(5): `ndots:2`. */
	readonly dnsOpt?: readonly string[];
	/** Ports for other containers, for people: `3000/tcp`. */
	readonly expose?: readonly string[];
	readonly readOnly: boolean;
	/** Bytes. */
	readonly memLimit?: number;
	/** Bytes of memory and swap together; -1 is unlimited swap. */
	readonly memswapLimit?: number;
	/** Bytes. */
	readonly memReservation?: number;
	/** 0 to 100: how readily its memory is swapped out. */
	readonly memSwappiness?: number;
	/** It waits for memory instead of being killed. */
	readonly oomKillDisable?: boolean;
	/** Bytes of /dev/shm. */
	readonly shmSize?: number;
	readonly cpus?: number;
	/** 2 to 262144. */
	readonly cpuShares?: number;
	/** Microseconds of each `cpuRtPeriod` for processes with a real-time priority. */
	readonly cpuRtRuntime?: number;
	/** Microseconds. */
	readonly cpuRtPeriod?: number;
	/** A list of CPUs in the format of cpuset(7): `0-2,4`. */
	readonly cpuset?: string;
	/** -1 is unlimited. */
	readonly pidsLimit?: number;
	/** Shares and limits of block devices (`blkio_config`). */
	readonly blkio?: BlkioLimits;
	readonly ulimits: readonly Ulimit[];
	readonly sysctls: Readonly<Record<string, string>>;
	readonly oomScoreAdj?: number;
	/** `auto`: a user namespace; `host`: none; undefined if the spec does not set it. */
	readonly usernsMode?: UsernsMode;
	/** Whose processes the container sees; undefined if the spec does not set it. */
	readonly pid?: PidMode;
	/** Whose message queues and shared memory the container has; undefined if the spec does not set it. */
	readonly ipc?: IpcMode;
	/** `host`: the host name of the host. */
	readonly uts?: 'host';
	/** `host`: it sees the control groups of the host; `private`, the default: its own as the root. */
	readonly cgroup?: 'host' | 'private';
	/** The namespaces that are new. The others are shared with the host, or with another container: see `joinedOf`. */
	readonly namespaces: readonly NamespaceKind[];
	readonly root: 'pivot' | 'chroot';
	/** `bare`: nothing but what the spec asks for: no overlay, no cgroup, no seccomp filter, no dropped capability. */
	readonly profile?: 'bare';
	/** With `profile: bare`: a writable layer over the root filesystem. */
	readonly overlay?: boolean;
	/** With `profile: bare`: the container's address of a veth pair, with the length of its prefix: `10.9.8.2/30`. */
	readonly veth?: string;
	readonly capAdd: readonly string[];
	readonly capDrop: readonly string[];
	readonly noNewPrivileges: boolean;
	readonly security: Security;
	/** Give all capabilities, no seccomp filter, and no hidden paths, so that nothing isolates the container. */
	readonly privileged: boolean;
	readonly devices: readonly Device[];
	/** More kinds of devices that it may make nodes of and open, as `devices.allow` of cgroup v1 takes them: `c 1:3 rwm`. */
	readonly deviceRules?: readonly string[];
	/** Devices that files of the host describe (`devices`, `gpus`, `deploy.resources.reservations.devices`). */
	readonly cdi?: readonly CdiRequest[];
	/** The paths that Landlock leaves accessible; undefined to run without Landlock. */
	readonly landlock?: readonly LandlockRule[];
	readonly init: boolean;
	/** The signal's name with SIG: `SIGTERM`. */
	readonly stopSignal: string;
	readonly stopGraceMs: number;
	readonly labels: Readonly<Record<string, string>>;
	/** Metadata for runtimes: kept, and shown by `inspect`. */
	readonly annotations?: Readonly<Record<string, string>>;
	/** Whether `up` in the foreground shows its output without being asked for it. */
	readonly attach?: boolean;
	readonly tty?: boolean;
	readonly stdinOpen?: boolean;
	/** Whether to restart a detached container after its command has ended. */
	readonly restart?: RestartPolicy;
	readonly logging?: Logging;
	readonly dependsOn?: readonly Dependency[];
	/** The service is active if one of these profiles is. Without profiles it is always active. */
	readonly profiles?: readonly string[];
	readonly healthcheck?: Healthcheck;
	readonly postStart?: readonly Hook[];
	readonly preStop?: readonly Hook[];
	/** Fix what would differ between runs; see spec/keys/reproducible.ts. */
	readonly reproducible?: boolean;
	/** Keep the writable layer for the next start. */
	readonly keep: boolean;
	/** Keep a record of each run. */
	readonly record?: boolean;
	/** The parent cgroup, as a path below the cgroup mount without a leading slash: `system.slice/my.service`. */
	readonly cgroupParent?: string;
	/** The origin of each value, keyed by its path in the file: `mem_limit`, `environment.PATH`, `volumes.0`. */
	readonly origins: Readonly<Record<string, Origin>>;
}

/** Something in a spec that has no effect here. */
export interface ProjectWarning {
	readonly text: string;
	/** The services that it is about; empty for the file as a whole. */
	readonly services: readonly string[];
}

/** A complete spec file. */
export interface Project {
	readonly name: string;
	/** It has `services`, as a Compose file does; undefined for a file with one container. */
	readonly hasServices?: true;
	/** Absolute path of the spec file. */
	readonly file: string;
	/** Absolute paths of files that are merged onto it. */
	readonly others?: readonly string[];
	/** Absolute path of the folder that relative paths begin at, if it is not that of the file. */
	readonly projectDirectory?: string;
	/** Absolute paths of files with variables, in place of the `.env` of that folder. */
	readonly envFiles?: readonly string[];
	/** All services of the file, whatever their profiles. */
	readonly services: readonly Service[];
	/** Services that have no containers, as they are scaled to 0. */
	readonly idle?: readonly string[];
	/** The active services; undefined if the request did not select profiles, which means all services. */
	readonly active?: readonly string[];
	/** The named volumes that the file declares. */
	readonly volumes?: readonly NamedVolume[];
	/** The networks that the file declares, and the default one if a service is on it. */
	readonly networks?: readonly NetworkDeclaration[];
	/** What is accepted without effect. */
	readonly warnings?: readonly ProjectWarning[];
	/** The files that `tsbox watch` follows, by service. */
	readonly watched?: Readonly<Record<string, readonly WatchRule[]>>;
	/** How images are made, by services. */
	readonly builds?: Readonly<Record<string, BuildSource>>;
}
