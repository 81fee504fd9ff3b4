import type {ExecutorChoice} from '../../spec/config/executors.ts';
import type {HostFacts} from '../../host/facts.ts';
import type {ImageFacts} from '../../image/store/facts.ts';
import {isRange, mappedRoot, type UserMap} from '../../host/id-map.ts';
import type {OciConfig} from '../../oci/config.ts';
import type {Extras} from '../../oci/extras.ts';
import type {JoinedNamespace} from './joined-namespace.ts';
import type {NetworksInput} from './network-input.ts';
import type {SeccompAgent} from '../../step/verbs/drop-privileges.ts';
import type {NamespaceKind, VolumeMount} from '../../spec/model/project.ts';
import type {VolumeRecord} from '../../state/volume.ts';

/** A bind source as found on the host. tsbox resolves it once, so that nothing can be swapped later. */
export interface SourceFacts {
	/** The path with every symlink resolved. */
	readonly real: string;
	readonly kind: 'file' | 'folder';
	/** What of it is mounted, if not all: a relative path, which others may change. It is looked up where it can lead nowhere else. */
	readonly below?: string;
	/** Mounts below the source, relative to it, parents first. A recursive bind mount binds each one separately. */
	readonly submounts: readonly string[];
	/** Mount flags that a rootless remount must repeat, because the kernel locks them (mount_namespaces(7)). */
	readonly locked: readonly string[];
}

/** An entry of the host's root folder. */
export interface HostRootEntry {
	readonly name: string;
	/** `covered`: a mount, or a folder with mounts below it. */
	readonly kind: 'folder' | 'symlink' | 'covered';
}

/** A host path that is hidden from a container with `rootfs: host`. */
export interface HiddenPath {
	/** Absolute, without symlinks. */
	readonly path: string;
	readonly kind: 'file' | 'folder';
	/** Permission bits of a writable empty folder that covers the path. Without a mode the cover is read-only. */
	readonly mode?: number;
	/** What the path holds, in a few words. */
	readonly why: string;
}

/** The hidden paths of the host's root, parents first, and the folders below them that stay visible. */
export interface HostView {
	readonly hidden: readonly HiddenPath[];
	/** Real paths, each below a hidden folder. */
	readonly shown: readonly string[];
}

/** A device as found on the host. */
export interface DeviceFacts {
	/** Its path below /dev, with every symlink resolved. */
	readonly real: string;
	readonly type: 'c' | 'b';
	readonly major: number;
	readonly minor: number;
}

/** A mounted named volume, and its record if the volume exists already. */
export interface VolumeInput {
	readonly mount: VolumeMount;
	readonly record: VolumeRecord | undefined;
}

/** A seccomp profile, compiled for this kernel and these capabilities. */
export interface SeccompInput {
	/** `default`, or the file's path. */
	readonly profile: string;
	/** struct sock_filter[] of seccomp(2), base64. */
	readonly filter: string;
	readonly instructions: number;
	/** The bits of SECCOMP_FILTER_FLAG_*, seccomp(2). */
	readonly flags?: number;
	/** Who is asked about the calls of SCMP_ACT_NOTIFY. */
	readonly agent?: SeccompAgent;
	/** With `--trace-seccomp`: a filter that asks a listener about each call that `filter` refuses. */
	readonly traced?: string;
	/** Remarks for the reader, such as a system call whose name is unknown. */
	readonly notes: readonly string[];
}

/** Everything that a plan depends on. The planner reads nothing else: no file, no clock, no environment. */
export interface PlanInput {
	readonly extras: Extras;
	readonly config: OciConfig;
	readonly facts: HostFacts;
	readonly image: ImageFacts;
	/** Keyed by the source path of the OCI mount. */
	readonly sources: Readonly<Record<string, SourceFacts>>;
	/** Keyed by the source in `devices`. */
	readonly devices: Readonly<Record<string, DeviceFacts>>;
	/** Absolute folders: `store` is on disk, `state` on a tmpfs. */
	readonly folders: {readonly store: string; readonly state: string};
	/** The namespaces of others that the container joins: what is known of those that have a path in `config`. */
	readonly joined?: readonly JoinedNamespace[];
	/** The networks that the container joins; null without any. */
	readonly networks?: NetworksInput | null;
	/** The mounted named volumes. In `config` each is a bind mount. */
	readonly volumes: readonly VolumeInput[];
	/** The spec's path as the user gave it, for the heading of the plan. */
	readonly spec: string;
	readonly tty: boolean;
	/** The uid and gid map of the container's user namespace. Null without one: the ids are the host's. */
	readonly map: UserMap | null;
	/** Entries of the host's root folder, for rootless `rootfs: host`, which cannot mount an overlay over the whole root. */
	readonly hostRoot: readonly HostRootEntry[];
	/** What `rootfs: host` hides and shows. Empty for other root filesystems. */
	readonly hostView: HostView;
	/** Locked flags of the store's mount, as in {@link SourceFacts}. */
	readonly storeLocked: readonly string[];
	/** Whether the store has the toolbox already. */
	readonly toolsSealed: boolean;
	/** The compiled seccomp filter; null for `seccomp=unconfined`. */
	readonly seccomp: SeccompInput | null;
	/** How many process ids to use up before the command starts, for `verify`. */
	readonly usedNumbers?: number;
	/** Warn about what the host cannot do instead of failing. */
	readonly bestEffort: boolean;
	readonly executor: ExecutorChoice;
}

/** The folders and files of one container. No other code builds these paths. */
export interface ContainerPaths {
	/** The record, the journal, init.sh, and the fstab files. */
	readonly state: string;
	/** The writable layer and the mount point. */
	readonly layer: string;
	readonly upper: string;
	readonly work: string;
	/** Where the root filesystem is mounted, in the container's mount namespace. */
	readonly root: string;
	/** Where host root mounts what container root cannot reach. Equal to `root` if nothing has to be gathered. */
	readonly gathered: string;
	/** A tmpfs on the root's /dev that holds the tools and sources for setup, as seen before the root changes. */
	readonly stage: string;
}

/** The stage as seen after the root has changed. It is removed before the command starts. */
export const stage = '/dev/.box';

/**
 * Where the container side finds the gathered mounts. Any folder would do that exists on every host and is open to all
 * users: the mount that covers it is visible only in the container's own mount namespace. The root filesystem of a bundle keeps its path.
 */
export function reachedIn({extras, config}: Pick<PlanInput, 'extras' | 'config'>): '/tmp' | '/var/tmp' {
	return extras.bundle !== undefined && config.root.path.startsWith('/tmp/') ? '/var/tmp' : '/tmp';
}

/** Whether an ordinary user starts the container, without privileges outside of its user namespace. */
export function isRootless({map}: Pick<PlanInput, 'map'>): boolean {
	// Root of a bare container that root started maps to itself.
	return map !== null && !isRange(map) && mappedRoot(map)[0] !== 0;
}

/**
 * Whether the container is set up in a user namespace: its own, or that of the caller, as rootless Podman has one. Mounts that came into it from the
 * host are locked together, and keep their flags: mount_namespaces(7).
 */
export function isInUserNamespace({map, extras}: Pick<PlanInput, 'map' | 'extras'>): boolean {
	return map !== null || extras.bundle?.isNested === true;
}

/** The namespaces that the container does not share with the host: new ones, and those of others that it joins. */
export function namespacesOf({config}: Pick<PlanInput, 'config'>): readonly NamespaceKind[] {
	return config.linux.namespaces.map(({type}) => type);
}

/** The namespaces that are made for the container. */
export function newNamespaces({config}: Pick<PlanInput, 'config'>): readonly NamespaceKind[] {
	return config.linux.namespaces.flatMap(({type, path}) => (path === undefined ? [type] : []));
}

/** Whether the store can hold the writable layer of an overlay over this image. */
export function overlayInStore({image, facts, map}: PlanInput): boolean {
	return image.kind === 'host' && !isRootless({map}) ? facts.overlay.hostLower : facts.overlay.store;
}

/** The paths of this input's container. */
export function containerPaths(input: PlanInput): ContainerPaths {
	const {folders, extras, facts, config} = input;
	const state = `${folders.state}/containers/${extras.name}`;
	if (extras.bundle !== undefined) {
		const {path} = config.root;
		const isGathered = isRange(input.map);
		// Hooks of the configuration know the root filesystem by its path.
		const root = isGathered && !extras.bundle.isReachable ? `${reachedIn(input)}/root` : path;
		const gathered = isGathered ? `${state}/gathered` : root;
		return {state, layer: state, upper: path, work: path, root, gathered, stage: `${root}${stage}`};
	}
	const layer = extras.keep
		? `${folders.store}/kept/${extras.name}`
		: overlayInStore(input) || !facts.overlay.tmpfs
			? `${folders.store}/layers/${extras.name}`
			: `${state}/layer`;
	const gathered = `${layer}/root`;
	const root = isRange(input.map) ? `${reachedIn(input)}/root` : gathered;
	return {state, layer, upper: `${layer}/upper`, work: `${layer}/work`, root, gathered, stage: `${root}${stage}`};
}
