import type {BundleConfig} from '../spec/bundle/bundle-config.ts';
import type {BundleProcess} from '../spec/bundle/bundle-process.ts';
import type {NamespaceKind} from '../spec/model/project.ts';
import type {SeccompAction, SeccompOperator} from '../spec/security/seccomp-profile.ts';

/**
 * The part of the OCI runtime configuration that tsbox plans from.
 * Source: OCI runtime-spec 1.2, config.md and config-linux.md.
 */
export interface OciConfig {
	/** `1.2.0` for a service; that of its bundle for a container of an engine. */
	readonly ociVersion: string;
	readonly process: OciProcess;
	readonly root: {readonly path: string; readonly readonly: boolean};
	readonly hostname?: string;
	readonly domainname?: string;
	readonly mounts: readonly OciMount[];
	readonly annotations?: Readonly<Record<string, string>>;
	readonly hooks?: OciHooks;
	readonly linux: OciLinux;
}

/** config.md, "POSIX-platform Hooks". */
export interface OciHook {
	/** Absolute. */
	readonly path: string;
	/** With the name of the program first, as for execve(2). */
	readonly args?: readonly string[];
	/** `NAME=value`. */
	readonly env?: readonly string[];
	/** Seconds. */
	readonly timeout?: number;
}

/** The moments at which hooks run. */
export const hookKinds = [
	'prestart',
	'createRuntime',
	'createContainer',
	'startContainer',
	'poststart',
	'poststop',
] as const;
/** One of {@link hookKinds}. */
export type HookKind = (typeof hookKinds)[number];

/** The hooks of a container by their moments. */
export type OciHooks = Readonly<Partial<Record<HookKind, readonly OciHook[]>>>;

/** config.md, "Process". */
export interface OciProcess {
	readonly terminal: boolean;
	readonly user: {
		readonly uid: number;
		readonly gid: number;
		readonly umask?: number;
		readonly additionalGids?: readonly number[];
	};
	readonly args: readonly string[];
	/** `NAME=value`. */
	readonly env: readonly string[];
	readonly cwd: string;
	readonly capabilities: OciCapabilities;
	readonly rlimits: readonly {readonly type: string; readonly soft: number; readonly hard: number}[];
	readonly noNewPrivileges: boolean;
	readonly apparmorProfile?: string;
	readonly selinuxLabel?: string;
	readonly oomScoreAdj?: number;
	/** Rows and columns of the terminal. */
	readonly consoleSize?: {readonly height: number; readonly width: number};
	readonly scheduler?: OciScheduler;
	readonly ioPriority?: OciIoPriority;
	/** The CPUs of a process that enters, as lists: before it joins the control groups, and after that. */
	readonly execCPUAffinity?: {readonly initial?: string; readonly final?: string};
}

/** What sched_setattr(2) sets; nanoseconds. */
export type OciScheduler = NonNullable<BundleProcess['scheduler']>;
/** What ioprio_set(2) sets. */
export type OciIoPriority = NonNullable<BundleProcess['ioPriority']>;

/** The five sets of capabilities(7), named as `CAP_CHOWN`. */
export interface OciCapabilities {
	readonly bounding: readonly string[];
	readonly effective: readonly string[];
	readonly permitted: readonly string[];
	readonly inheritable: readonly string[];
	readonly ambient: readonly string[];
}

/** config.md, "Mounts". */
export interface OciMount {
	readonly destination: string;
	readonly type: string;
	readonly source: string;
	readonly options: readonly string[];
	/** Of an id-mapped mount: the ids of the source, and those that they become. Without them, those of the user namespace. */
	readonly uidMappings?: readonly OciIdMapping[];
	readonly gidMappings?: readonly OciIdMapping[];
}

/** config-linux.md. */
export interface OciLinux {
	readonly namespaces: readonly {readonly type: NamespaceKind; readonly path?: string}[];
	readonly cgroupsPath: string;
	readonly resources: OciResources;
	readonly sysctl: Readonly<Record<string, string>>;
	readonly maskedPaths: readonly string[];
	readonly readonlyPaths: readonly string[];
	readonly seccomp?: OciSeccomp;
	/** Nodes of /dev besides those that every container has. */
	readonly devices?: readonly OciDevice[];
	/** How mounts on the root spread: a word of mount(8), `rslave`. */
	readonly rootfsPropagation?: Exclude<BundleConfig['linux']['rootfsPropagation'], '' | undefined>;
	/** The persona of personality(2). */
	readonly personality?: 'LINUX' | 'LINUX32';
	/** What the clocks of a new time namespace are ahead of the host's. */
	readonly timeOffsets?: readonly OciTimeOffset[];
	/** The host ids behind the container's ids; only with a user namespace. */
	readonly uidMappings?: readonly OciIdMapping[];
	readonly gidMappings?: readonly OciIdMapping[];
}

/** config-linux.md, "Offset for Time Namespace". */
export interface OciTimeOffset {
	readonly clock: 'monotonic' | 'boottime';
	readonly secs: number;
	/** 0 to 999,999,999. */
	readonly nanosecs: number;
}

/** config-linux.md, "Devices". */
export interface OciDevice {
	readonly path: string;
	readonly type: 'c' | 'b' | 'p';
	readonly major: number;
	readonly minor: number;
	/** Permission bits. */
	readonly mode: number;
	readonly uid: number;
	readonly gid: number;
}

/** config-linux.md, "Allowed Device list": a row is about all numbers where it names none. */
export interface OciDeviceRule {
	readonly allow: boolean;
	readonly type: 'a' | 'c' | 'b';
	readonly major?: number;
	readonly minor?: number;
	/** Any of `r`, `w`, `m`. */
	readonly access: string;
}

/** config-linux.md, "User namespace mappings". */
export interface OciIdMapping {
	readonly containerID: number;
	readonly hostID: number;
	readonly size: number;
}

/** config-linux.md, "Seccomp". */
export interface OciSeccomp {
	readonly defaultAction: SeccompAction;
	readonly defaultErrnoRet?: number;
	/** The calling conventions that are allowed at all: `SCMP_ARCH_X86_64`. */
	readonly architectures: readonly string[];
	readonly syscalls: readonly OciSyscall[];
}

/** A rule of {@link OciSeccomp}. It matches when all of its argument comparisons hold. */
export interface OciSyscall {
	readonly names: readonly string[];
	readonly action: SeccompAction;
	readonly errnoRet?: number;
	readonly args?: readonly {
		readonly index: number;
		readonly value: bigint;
		readonly valueTwo: bigint;
		readonly op: SeccompOperator;
	}[];
}

/** config-linux.md, "Control groups"; bytes, microseconds. */
export interface OciResources {
	readonly memory?: {
		readonly limit?: number;
		readonly swap?: number;
		readonly reservation?: number;
		/** 0 to 100. */
		readonly swappiness?: number;
		readonly disableOOMKiller?: boolean;
	};
	readonly cpu?: {
		readonly quota?: number;
		readonly period?: number;
		readonly shares?: number;
		readonly cpus?: string;
		readonly realtimeRuntime?: number;
		readonly realtimePeriod?: number;
		readonly mems?: string;
	};
	readonly pids?: {readonly limit: number};
	readonly blockIO?: OciBlockIO;
	/** Of a bundle, the devices that it may open or make, in order; else those that are let in beside those of every container. */
	readonly devices?: readonly OciDeviceRule[];
	/** Files of control groups that no other field stands for, and what is written to them. */
	readonly files?: readonly CgroupFile[];
}

/** config-linux.md, "Block IO". */
export interface OciBlockIO {
	readonly weight?: number;
	readonly weightDevice?: readonly (OciDeviceNumber & {readonly weight: number})[];
	readonly throttleReadBpsDevice?: readonly OciDeviceRate[];
	readonly throttleWriteBpsDevice?: readonly OciDeviceRate[];
	readonly throttleReadIOPSDevice?: readonly OciDeviceRate[];
	readonly throttleWriteIOPSDevice?: readonly OciDeviceRate[];
}

/** The number of a block device. */
export interface OciDeviceNumber {
	readonly major: number;
	readonly minor: number;
}

/** Bytes or operations a second of a block device. */
export interface OciDeviceRate extends OciDeviceNumber {
	readonly rate: number;
}

/** A file of a control group: `cpuset.mems` of the controller `cpuset`. */
export interface CgroupFile {
	readonly controller: string;
	readonly file: string;
	readonly value: string;
	/** What it reads back, when that differs from `value`; null when it cannot be told. */
	readonly reads?: string | null;
}
