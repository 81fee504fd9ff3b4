import type {HostFacts} from '../../host/facts.ts';
import type {ImageFacts} from '../../image/store/facts.ts';
import {isRange, type UserMap} from '../../host/id-map.ts';
import type {OciConfig} from '../../oci/config.ts';
import type {Extras} from '../../oci/extras.ts';
import type {NamespaceKind, VolumeMount} from '../../spec/model/project.ts';
import type {VolumeRecord} from '../../state/volume.ts';

/** A bind source that was looked at on the host; resolved once, so nothing can be swapped later. */
export interface SourceFacts {
	/** The path with every symlink resolved. */
	readonly real: string;
	readonly kind: 'file' | 'folder';
	/** Mounts below it, relative to it, parents first; a recursive read-only bind names each. */
	readonly submounts: readonly string[];
	/** Flags of its mount that an ordinary user's remount must repeat: the kernel has them locked (mount_namespaces(7)). */
	readonly locked: readonly string[];
}

/** One name in the host's root folder. */
export interface HostRootEntry {
	readonly name: string;
	/** `covered`: a mount, or a folder with mounts below it. */
	readonly kind: 'folder' | 'symlink' | 'covered';
}

/** A path of the host that a container over the host's root does not get to see. */
export interface HiddenPath {
	/** Absolute, no symlink in it. */
	readonly path: string;
	readonly kind: 'file' | 'folder';
	/** Permission bits of the empty folder in its place, which can be written; without, it can only be read. */
	readonly mode?: number;
	/** What is in it, a few words. */
	readonly why: string;
}

/** What is hidden of the host's root, parents first, and the folders below that are shown all the same. */
export interface HostView {
	readonly hidden: readonly HiddenPath[];
	/** Real paths, each below a hidden folder. */
	readonly shown: readonly string[];
}

/** A device of the host that was looked at. */
export interface DeviceFacts {
	/** Its path below /dev, with every symlink resolved. */
	readonly real: string;
	readonly type: 'c' | 'b';
	readonly major: number;
	readonly minor: number;
}

/** A named volume that is mounted, and what is written down of it where it is there already. */
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
	/** With `--trace-seccomp`: the filter that asks a listener where the other refuses. */
	readonly traced?: string;
	/** Names that no table knows and such: for people. */
	readonly notes: readonly string[];
}

/** All that a plan is made from. The planner reads nothing else: no file, no clock, no environment. */
export interface PlanInput {
	readonly extras: Extras;
	readonly config: OciConfig;
	readonly facts: HostFacts;
	readonly image: ImageFacts;
	/** By the source path of the OCI mount. */
	readonly sources: Readonly<Record<string, SourceFacts>>;
	/** By the source of `devices:`. */
	readonly devices: Readonly<Record<string, DeviceFacts>>;
	/** Absolute folders: `store` is on disk, `state` on a tmpfs. */
	readonly folders: {readonly store: string; readonly state: string};
	/** The named volumes that are mounted; in `config` each is a bind mount. */
	readonly volumes: readonly VolumeInput[];
	/** The spec's path as the user gave it, for the table's head. */
	readonly spec: string;
	readonly tty: boolean;
	/** Whom the container's ids stand for, where it has a user namespace; null without, when its ids are the host's. */
	readonly map: UserMap | null;
	/** What lies in the host's root folder; for `rootfs: host` of an ordinary user, who cannot have an overlay over all of it. */
	readonly hostRoot: readonly HostRootEntry[];
	/** What it shows of that root, for `rootfs: host`; else nothing is hidden. */
	readonly hostView: HostView;
	/** Locked flags of the mount that the store lies on, as in {@link SourceFacts}. */
	readonly storeLocked: readonly string[];
	/** The toolbox is in the store already. */
	readonly toolsSealed: boolean;
	/** The compiled seccomp filter, or null for none. */
	readonly seccomp: SeccompInput | null;
	/** Process numbers that are used up before the command starts; for `verify`. */
	readonly usedNumbers?: number;
	/** What the host cannot do becomes a warning instead of an error. */
	readonly bestEffort: boolean;
}

/** The folders and files that belong to one container; all names come from here. */
export interface ContainerPaths {
	/** State: record, journal, init.sh and the fstab files. */
	readonly state: string;
	/** The writable layer and the mount point. */
	readonly layer: string;
	readonly upper: string;
	readonly work: string;
	/** Where the root filesystem is mounted, in the container's mount namespace. */
	readonly root: string;
	/** Where root of the host gathers what root of the container could not reach; equal to `root` where nothing is gathered. */
	readonly gathered: string;
	/** A tmpfs on the root's /dev that the setting up is done from, as seen before the root is changed. */
	readonly stage: string;
}

/** The stage as the container side sees it after the root was changed; gone before the command starts. */
export const stage = '/dev/.box';

/**
 * Where the container side sees what was gathered for it. It is any folder that is there on every host and that whoever
 * may go to: in the container's own mount namespace it is covered.
 */
export const reached = '/tmp';

/** The container is started by an ordinary user, who has no power over the host but the user namespace. */
export function isRootless({map}: Pick<PlanInput, 'map'>): boolean {
	return map !== null && !isRange(map);
}

/** The kinds of namespaces that the container has of its own. */
export function namespacesOf({config}: Pick<PlanInput, 'config'>): readonly NamespaceKind[] {
	return config.linux.namespaces.map(({type}) => type);
}

/** Whether the writable layer of an overlay over this image can be in the store. */
export function overlayInStore({image, facts, map}: PlanInput): boolean {
	return image.kind === 'host' && !isRootless({map}) ? facts.overlay.hostLower : facts.overlay.store;
}

/** Where things are for the container of this input. */
export function containerPaths(input: PlanInput): ContainerPaths {
	const {folders, extras, facts} = input;
	const state = `${folders.state}/containers/${extras.name}`;
	const layer = extras.keep
		? `${folders.store}/kept/${extras.name}`
		: overlayInStore(input) || !facts.overlay.tmpfs
			? `${folders.store}/layers/${extras.name}`
			: `${state}/layer`;
	const gathered = `${layer}/root`;
	const root = isRange(input.map) ? `${reached}/root` : gathered;
	return {state, layer, upper: `${layer}/upper`, work: `${layer}/work`, root, gathered, stage: `${root}${stage}`};
}
