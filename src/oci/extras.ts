import type {Device, LandlockRule, NamespaceKind, Service} from '../spec/model/project.ts';
import {dropsPrivileges} from '../spec/keys/bare.ts';
import {reproducibleWarnings} from '../spec/keys/reproducible.ts';
import {blankWarnings} from '../spec/project/blank-warnings.ts';
import {memoryWarnings} from '../spec/project/memory-warnings.ts';
import {portWarnings} from '../spec/project/port-warnings.ts';

/** The facts about a container that a plan needs and the OCI runtime configuration cannot express. */
export interface Extras {
	readonly name: string;
	/** `USER[:GROUP]`, by name or number; names are looked up in the image. Default: root. */
	readonly user?: string;
	/** Supplementary groups, by name or number. */
	readonly groups: readonly string[];
	/** The command's working directory; created when missing. */
	readonly workingDir?: string;
	/** How the container's root is entered: pivot_root(2), or chroot(2) alone. */
	readonly root: 'pivot' | 'chroot';
	/** The writable layer survives until the next start. */
	readonly keep: boolean;
	/** Process 1 is an init that reaps zombies. */
	readonly init: boolean;
	readonly privileged: boolean;
	readonly reproducible: boolean;
	/** Host devices by path. */
	readonly devices: readonly Device[];
	readonly landlock?: readonly LandlockRule[];
	/** The capabilities that the spec adds by name, possibly `ALL`. */
	readonly addedCapabilities: readonly string[];
	/** The spec names a parent cgroup. */
	readonly hasCgroupParent: boolean;
	/** Root of the container may make cgroups below its own. */
	readonly writableCgroups?: true;
	/** Nothing is made but what the spec asks for. */
	readonly bare?: {readonly overlay: boolean; readonly veth?: string; readonly drops: boolean};
	/** Set for a container of an engine, which gave a bundle: nothing is added to what its configuration says. */
	readonly bundle?: BundleExtras;
	/** Warnings to print before the container starts. */
	readonly warnings: readonly string[];
}

/** What a plan of a bundle needs besides its configuration. */
export interface BundleExtras {
	/** The name that the engine gave. */
	readonly id: string;
	/** The folder of config.json. */
	readonly folder: string;
	/** The process that starts it waits for its end, and is its parent. */
	readonly stays: boolean;
	/** How many descriptors of the caller the command has from 3 on. */
	readonly preserved: number;
	/** The command has the supplementary groups of the caller, those that the configuration names left out. */
	readonly keepsGroups: boolean;
	/** A unix socket that gets the master of the terminal. */
	readonly consoleSocket?: string;
	/** The standard streams that the user of the process must be able to open again: what is no device. */
	readonly streams: readonly (0 | 1 | 2)[];
	/** Paths of the configuration without the symlinks of the root filesystem. */
	readonly targets: Readonly<Record<string, string>>;
	/** The namespaces that it joins by a path, and that are those of the host all the same. */
	readonly hostNamespaces: readonly NamespaceKind[];
	/** Mounts below the root filesystem, relative to it. */
	readonly submounts: readonly string[];
	/** The mount of the host that the root filesystem is on. */
	readonly above: string;
	/** The home folder of its user, if the environment has none. */
	readonly home?: string;
	/** Root of the container's user namespace can go to the root filesystem by its path. */
	readonly isReachable: boolean;
	/** Device nodes cannot be made by mknod(2), as in a user namespace; those of the host are bound. */
	readonly isNested: boolean;
	/** The scope of systemd that is the container's control group. */
	readonly scope?: SystemdScope;
}

/** A scope of systemd: systemd.scope(5). */
export interface SystemdScope {
	readonly slice: string;
	/** With `.scope`. */
	readonly unit: string;
	/** XDG_RUNTIME_DIR of the user whose own systemd is asked, as that of rootless Podman is. */
	readonly ofUser?: string;
	/** The controllers that this systemd has been given, if it is one of a user. */
	readonly controllers?: readonly string[];
}

/**
 * The part of a service that {@link toOciConfig} cannot express.
 *
 * @param memory - the machine's memory, bytes; undefined when unknown
 */
export function extrasOf(service: Service, memory: number | undefined): Extras {
	const {user, workingDir, landlock} = service;
	return {
		name: service.name,
		...(user === undefined ? {} : {user}),
		groups: service.groupAdd,
		...(workingDir === undefined ? {} : {workingDir}),
		root: service.root,
		keep: service.keep,
		init: service.init,
		privileged: service.privileged,
		reproducible: service.reproducible === true,
		devices: service.devices,
		...(landlock === undefined ? {} : {landlock}),
		addedCapabilities: service.profile === 'bare' ? [...service.capAdd, 'ALL'] : service.capAdd,
		hasCgroupParent: service.cgroupParent !== undefined,
		...(service.security.writableCgroups === true ? {writableCgroups: true as const} : {}),
		...(service.profile === 'bare' ? {bare: bareOf(service)} : {}),
		warnings: [
			...blankWarnings(service),
			...memoryWarnings(service, memory),
			...portWarnings(service),
			...reproducibleWarnings(service),
		],
	};
}

/** What a bare container has besides its namespaces. */
function bareOf(service: Service): NonNullable<Extras['bare']> {
	const {overlay = false, veth} = service;
	return {overlay, drops: dropsPrivileges(service), ...(veth === undefined ? {} : {veth})};
}
