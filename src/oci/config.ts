import type {NamespaceKind} from '../spec/model/project.ts';
import type {SeccompAction, SeccompOperator} from '../spec/security/seccomp-profile.ts';

/**
 * The part of the OCI runtime configuration that tsbox plans from.
 * Source: OCI runtime-spec 1.2, config.md and config-linux.md.
 */
export interface OciConfig {
	readonly ociVersion: '1.2.0';
	readonly process: OciProcess;
	readonly root: {readonly path: string; readonly readonly: boolean};
	readonly hostname?: string;
	readonly domainname?: string;
	readonly mounts: readonly OciMount[];
	readonly annotations?: Readonly<Record<string, string>>;
	readonly linux: OciLinux;
}

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
}

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
	/** The host ids behind the container's ids; only with a user namespace. */
	readonly uidMappings?: readonly OciIdMapping[];
	readonly gidMappings?: readonly OciIdMapping[];
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
	readonly memory?: {readonly limit?: number; readonly swap?: number; readonly reservation?: number};
	readonly cpu?: {readonly quota?: number; readonly period?: number; readonly shares?: number; readonly cpus?: string};
	readonly pids?: {readonly limit: number};
	readonly blockIO?: {readonly weight: number};
}
